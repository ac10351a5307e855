"""The one place where the sandbox reaches into moto."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from threading import RLock
from typing import Any

import moto.kms.models
import moto.kms.utils
from moto.core.responses import BaseResponse
from moto.kms.responses import KmsResponse
from moto.sts.models import STSBackend
from moto.utilities.utils import get_partition

from kmsdemo.sandbox.call import Call, is_account_id
from kmsdemo.sandbox.kms import handler
from kmsdemo.sandbox.refusal import Refusal

_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/")
_SUCCESS = 200
_LOCK = RLock()

_Response = tuple[int, dict[str, Any], str | bytes]


class Hook:
    """Puts the sandbox between moto and its KMS, as often as it is asked to, once."""

    def __init__(self) -> None:
        self._times = 0
        self._undo: list[Callable[[], None]] = []

    def install(self) -> bool:
        """Answer KMS calls as AWS does, from now on; say whether that is new."""
        with _LOCK:
            is_new = not self._times
            if is_new:
                self._replace(KmsResponse, "call_action", _call_action)
                self._replace(BaseResponse, "get_access_key", _access_key_id)
                self._replace(BaseResponse, "get_current_account", _current_account)
                self._replace(moto.kms.models, "generate_private_key", _private_key)
                self._replace(STSBackend, "get_caller_identity", _caller_identity)
            self._times += 1
            return is_new

    def remove(self) -> None:
        """Leave moto as it was, when everybody who installed the hook has removed it."""
        with _LOCK:
            self._times -= 1
            if not self._times:
                while self._undo:
                    self._undo.pop()()

    def _replace(self, owner: Any, name: str, ours: Any) -> None:
        if name in vars(owner):
            theirs = vars(owner)[name]
            self._undo.append(lambda: setattr(owner, name, theirs))
        else:
            self._undo.append(lambda: delattr(owner, name))
        setattr(owner, name, ours)


HOOK = Hook()

_moto_call_action = BaseResponse.call_action
_moto_access_key_id = BaseResponse.get_access_key
_moto_current_account = BaseResponse.get_current_account
_moto_caller_identity = STSBackend.get_caller_identity
_moto_private_key = moto.kms.utils.generate_private_key


class _MotoRefused(Exception):
    """moto's own refusal, to be passed on as it is."""

    def __init__(self, response: _Response) -> None:
        super().__init__()
        self.response = response


def _call_action(response: KmsResponse) -> _Response:
    """Stand in for ``KmsResponse.call_action``: every call to KMS comes by here."""
    headers = response.response_headers
    with _LOCK:
        try:
            answer = handler.answer(_call(response), lambda call: _ask_moto(response, call))
        except Refusal as refusal:
            return 400, {**headers, "status": "400"}, refusal.body
        except _MotoRefused as refused:
            return refused.response
    return _SUCCESS, headers, answer if isinstance(answer, str) else json.dumps(answer)


def _call(response: KmsResponse) -> Call:
    try:
        parameters = dict(json.loads(response.body or "{}"))
    except (ValueError, TypeError) as error:
        raise Refusal("SerializationException") from error
    return Call(
        operation=response._get_action(),
        parameters=parameters,
        account=response.current_account,
        region=response.region,
        access_key_id=response.access_key,
    )


def _ask_moto(response: KmsResponse, call: Call) -> str:
    response.body = json.dumps(call.parameters)
    response.current_account = call.account
    status, headers, body = _moto_call_action(response)
    if int(status) != _SUCCESS:
        raise _MotoRefused((status, headers, body))
    return str(body)


def _access_key_id(response: BaseResponse) -> str:
    """Stand in for ``get_access_key``, which knows only access key ids as IAM makes them."""
    signed = _CREDENTIAL.search(response.headers.get("Authorization", ""))
    return signed[1] if signed else _moto_access_key_id(response)


def _current_account(response: BaseResponse) -> str:
    """Stand in for ``get_current_account``: an access key id of twelve digits is its account."""
    access_key_id = response.get_access_key()
    if is_account_id(access_key_id):
        return access_key_id
    return _moto_current_account(response)


def _private_key(key_spec: str) -> Any:
    """Stand in for ``generate_private_key``: a symmetric key has none."""
    return None if key_spec == "SYMMETRIC_DEFAULT" else _moto_private_key(key_spec)


def _caller_identity(backend: STSBackend, access_key_id: str, region: str) -> tuple[str, str, str]:
    """Stand in for ``get_caller_identity``: who is no user of IAM's is the account's root."""
    user_id, arn, account = _moto_caller_identity(backend, access_key_id, region)
    if arn.endswith(":user/moto"):
        return account, f"arn:{get_partition(region)}:iam::{account}:root", account
    return user_id, arn, account
