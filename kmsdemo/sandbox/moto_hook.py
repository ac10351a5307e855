"""Installs the sandbox in moto: our AWS KMS in its registry, and functions that differ from AWS."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import uuid4

import moto.core.responses
import moto.core.utils
from moto.cloudtrail.responses import CloudTrailResponse
from moto.core.responses import BaseResponse
from moto.core.serialize import AttributePicker, AttributePickerContext
from moto.kms.models import kms_backends

from kmsdemo.sandbox import service
from kmsdemo.sandbox.access import authentication, managed_policies, moto_patches
from kmsdemo.sandbox.call import Call
from kmsdemo.sandbox.kms import stored_principals
from kmsdemo.sandbox.lock import STATE_LOCK
from kmsdemo.sandbox.moto_kms.models import KmsBackend
from kmsdemo.sandbox.moto_kms.responses import CALL, MotoAnswer
from kmsdemo.sandbox.refusal import Refusal
from kmsdemo.sandbox.trail import history, lookup
from kmsdemo.sandbox.trail.operations import SERVICES
from kmsdemo.sandbox.trail.records import ServedCall


class _Registered(NamedTuple):
    """An AWS KMS in moto's registry: the class of its backends, and the accounts that have some."""

    backend: type[Any]
    accounts: dict[str, Any]


class Hook:
    """Installs the sandbox in moto once, however many users it has."""

    def __init__(self) -> None:
        self._times = 0
        self._undo: list[Callable[[], None]] = []
        self._kms = _Registered(KmsBackend, {})

    def install(self) -> bool:
        """Replace moto's functions, unless they are; return whether they were not."""
        with STATE_LOCK:
            is_new = not self._times
            if is_new:
                self._register_kms()
                self._replace(BaseResponse, "_dispatch", _dispatch)
                self._replace(CloudTrailResponse, "lookup_events", _lookup_events)
                self._replace(moto.core.responses, "method_names_from_class", _method_names)
                self._replace(moto.core.responses, "gen_amzn_requestid_long", _request_id)
                self._replace(AttributePicker, "__call__", _attribute)
                for owner, name, replacement in _PATCHES:
                    self._replace(owner, name, replacement)
            self._times += 1
            return is_new

    @staticmethod
    def empty() -> None:
        """Remove all keys; moto does that only to what is in its registry when it stops."""
        kms_backends.clear()

    def remove(self) -> None:
        """Restore moto's functions when the last user removes the hook."""
        with STATE_LOCK:
            self._times -= 1
            if not self._times:
                while self._undo:
                    self._undo.pop()()

    def _register_kms(self) -> None:
        """Let moto's registry make our AWS KMS; that of moto comes back with its keys."""
        theirs = _exchange(self._kms)

        def restore() -> None:
            self._kms = _exchange(theirs)

        self._undo.append(restore)

    def _replace(self, owner: Any, name: str, replacement: Any) -> None:
        if name in vars(owner):
            theirs = vars(owner)[name]
            self._undo.append(lambda: setattr(owner, name, theirs))
        else:
            self._undo.append(lambda: delattr(owner, name))
        setattr(owner, name, replacement)


def _exchange(new: _Registered) -> _Registered:
    """Put another AWS KMS into moto's registry, and return the one that was there."""
    old = _Registered(kms_backends.backend, dict(kms_backends))
    kms_backends.backend = new.backend
    kms_backends.clear()
    kms_backends.update(new.accounts)
    for account in new.accounts:
        kms_backends[account]  # so that moto's next reset empties it
    return old


HOOK = Hook()
_PATCHES = (*moto_patches.PATCHES, *managed_policies.PATCHES, *stored_principals.PATCHES)

_moto_attribute = AttributePicker.__call__


def _dispatch(response: BaseResponse, request: Any, *more: Any) -> Any:
    """Replace ``BaseResponse._dispatch``: authenticate each call in process, and record it.

    The dispatcher of ``http`` has authenticated what comes over HTTP, and records it.
    """
    is_in_process = authentication.PRINCIPAL not in request.environ
    answered = moto_patches.dispatch(response, request, *more)
    if is_in_process and str(response.service_name) in SERVICES:
        _record(response, answered)
    return answered


def _record(response: BaseResponse, answered: MotoAnswer) -> None:
    request, operation = response.normalized_request, response._get_action()
    principal = authentication.principal_of(request)
    if not principal.account or not service.find(response.service_name).operation(operation):
        return  # AWS records neither unknown callers nor unknown operations
    call: Call | None = request.environ.get(CALL)
    status, headers, body = answered
    history.record(
        ServedCall(
            service=str(response.service_name),
            operation=operation,
            parameters=call.parameters if call else _parameters(response),
            principal=principal,
            region=response.region,
            key_arns=call.key_arns if call else (),
            source_ip="127.0.0.1",
            user_agent=request.user_agent.string,
            request_id=str(headers.get("x-amzn-RequestId", "")),
            status=int(status),
            body=body,
        )
    )


def _parameters(response: BaseResponse) -> Mapping[str, Any]:
    if response.automated_parameter_parsing:
        parameters: Mapping[str, Any] = response.params
        return parameters
    try:
        return dict(json.loads(response.body or "{}"))
    except (ValueError, TypeError):
        return {}


def _lookup_events(response: CloudTrailResponse) -> MotoAnswer | str:
    """Add ``lookup_events``, which moto does not have."""
    principal = authentication.principal_of(response.normalized_request)
    try:
        return json.dumps(lookup.events(principal, response.region, _parameters(response)))
    except Refusal as refusal:
        return refusal.status, {"status": str(refusal.status)}, refusal.body


def _request_id(headers: dict[str, Any]) -> str:
    """Replace ``gen_amzn_requestid_long``, which takes a tenth of a millisecond."""
    headers["x-amzn-RequestId"] = str(uuid4())
    return str(headers["x-amzn-RequestId"])


# moto lists the operations of a class at each call, which takes half of the time of a call.
_method_names = lru_cache(moto.core.utils.method_names_from_class)


def _attribute(picker: AttributePicker, context: AttributePickerContext) -> Any:
    """Replace ``AttributePicker.__call__``, which tries each possible name of a member."""
    if not picker.response_transformers and _has_model_names(context):
        return context.obj.get(context.key)
    return _moto_attribute(picker, context)


def _has_model_names(context: AttributePickerContext) -> bool:
    """Return whether a dictionary's keys are names of AWS's model, as in responses of DynamoDB."""
    structure = getattr(context.shape, "parent", None)
    if type(context.obj) is not dict or structure is None or structure.type_name != "structure":
        return False
    return bool(context.obj.keys() <= structure.members.keys())
