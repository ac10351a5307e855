"""The one place where the sandbox reaches into moto."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any
from uuid import uuid4

import moto.core.responses
import moto.core.utils
import moto.kms.models
import moto.kms.utils
from moto.core.responses import BaseResponse
from moto.core.serialize import AttributePicker, AttributePickerContext
from moto.kms.responses import KmsResponse

from kmsdemo.sandbox.access import moto_callers
from kmsdemo.sandbox.call import Call
from kmsdemo.sandbox.kms import handler
from kmsdemo.sandbox.lock import ONE_AT_A_TIME, released
from kmsdemo.sandbox.refusal import Refusal

_SUCCESS = 200

MotoAnswer = tuple[int, Mapping[str, Any], str | bytes]
"""The HTTP status, the headers and the body."""


class Hook:
    """Puts the sandbox between moto and its KMS, as often as it is asked to, once."""

    def __init__(self) -> None:
        self._times = 0
        self._undo: list[Callable[[], None]] = []

    def install(self) -> bool:
        """Answer KMS calls as AWS does, from now on; say whether that is new."""
        with ONE_AT_A_TIME:
            is_new = not self._times
            if is_new:
                self._replace(KmsResponse, "call_action", _call_action)
                self._replace(moto.kms.models, "generate_private_key", _private_key)
                self._replace(moto.core.responses, "method_names_from_class", _method_names)
                self._replace(moto.core.responses, "gen_amzn_requestid_long", _request_id)
                self._replace(AttributePicker, "__call__", _attribute)
                for owner, name, ours in moto_callers.STAND_INS:
                    self._replace(owner, name, ours)
            self._times += 1
            return is_new

    def remove(self) -> None:
        """Leave moto as it was, when everybody who installed the hook has removed it."""
        with ONE_AT_A_TIME:
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

_moto_attribute = AttributePicker.__call__
_moto_call_action = BaseResponse.call_action
_moto_private_key = moto.kms.utils.generate_private_key


class MotoRefused(Exception):
    """moto's own refusal, to be passed on as it is."""

    def __init__(self, response: MotoAnswer) -> None:
        super().__init__()
        self.response = response


def _call_action(response: KmsResponse) -> MotoAnswer:
    """Stand in for ``KmsResponse.call_action``: every call to KMS comes by here."""
    headers = response.response_headers
    _request_id(headers)
    with ONE_AT_A_TIME:
        try:
            answer = handler.answer(_call(response), lambda call: ask_moto(response, call))
        except Refusal as refusal:
            return 400, {**headers, "status": "400"}, refusal.body
        except MotoRefused as refused:
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


def ask_moto(response: KmsResponse, call: Call) -> str:
    """Let moto's KMS perform a call, and return its answer in JSON.

    Args:
        response: moto's view of the request.
        call: What is to be performed, on which account.

    Raises:
        MotoRefused: It refuses.
    """
    response.body = json.dumps(call.parameters)
    response.current_account = call.account
    status, headers, body = _moto_call_action(response)
    if int(status) != _SUCCESS:
        raise MotoRefused((status, headers, body))
    return str(body)


def _private_key(key_spec: str) -> Any:
    """Stand in for ``generate_private_key``: a symmetric key has none."""
    if key_spec == "SYMMETRIC_DEFAULT":
        return None
    with released():
        return _moto_private_key(key_spec)


def _request_id(headers: dict[str, Any]) -> str:
    """Stand in for ``gen_amzn_requestid_long``, which takes a tenth of a millisecond."""
    headers["x-amzn-RequestId"] = str(uuid4())
    return str(headers["x-amzn-RequestId"])


# moto looks through a class for its operations at each call, which is half of what a call costs.
_method_names = lru_cache(moto.core.utils.method_names_from_class)


def _attribute(picker: AttributePicker, context: AttributePickerContext) -> Any:
    """Stand in for ``AttributePicker.__call__``, which tries each name that a member may have."""
    if not picker.response_transformers and _has_names_of_aws(context):
        return context.obj.get(context.key)
    return _moto_attribute(picker, context)


def _has_names_of_aws(context: AttributePickerContext) -> bool:
    """Say whether all in a dictionary is named as AWS names it, as what DynamoDB answers is."""
    structure = getattr(context.shape, "parent", None)
    if type(context.obj) is not dict or structure is None or structure.type_name != "structure":
        return False
    return bool(context.obj.keys() <= structure.members.keys())
