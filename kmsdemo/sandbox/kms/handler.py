"""Handles a call: checks parameters, permissions, key usage and key state, then performs it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from moto.kms.models import Key

from kmsdemo.sandbox.access import authorization
from kmsdemo.sandbox.access.authorization import Caller
from kmsdemo.sandbox.call import Answer, Call
from kmsdemo.sandbox.kms import ciphertexts, deletion, key_names, key_states, key_usage, parameters
from kmsdemo.sandbox.kms.operations import OPERATIONS
from kmsdemo.sandbox.kms.request import CallMoto, Request
from kmsdemo.sandbox.refusal import Refusal

_UNKNOWN_MATERIAL = (
    "The ciphertext refers to a customer master key that does not exist, does not exist in this "
    "region, or you are not allowed to access."
)
_DRY_RUN = "The request would have succeeded, but the DryRun option is set."


def answer(call: Call, moto: CallMoto) -> Answer:
    """Check a call, perform it, and return its response.

    Args:
        call: The call.
        moto: Performs an operation with moto.

    Raises:
        Refusal: AWS KMS returns an error.
    """
    deletion.purge()
    parameters.check(call)
    caller = authorization.caller_of(call)
    request = Request(call, caller, *_keys(call, caller), moto)
    call.key_arns.extend(key.arn for key in request.keys)
    for key in request.keys:
        key_usage.check(call.operation, key)
        key_states.check(call.operation, key)
    if call.parameters.get("DryRun"):
        raise Refusal("DryRunOperationException", _DRY_RUN)
    return OPERATIONS.get(call.operation, Request.perform_with_moto)(request)


class _Permission(NamedTuple):
    """A permission that a call needs.

    Attributes:
        action: Without ``kms:``.
        find: Finds the key.
        key_parameter: The parameter that names the key.
        context: The parameter that holds the encryption context.
    """

    action: str
    find: Callable[[Call, str], Key | None]
    key_parameter: str
    context: str = "EncryptionContext"


def _keys(call: Call, caller: Caller) -> tuple[Key | None, Key | None]:
    """Return the key of a call and the source key of ReEncrypt, if the caller has permission."""
    if call.operation != "ReEncrypt":
        key_parameter = key_names.KEY_PARAMETERS.get(call.operation, "KeyId")
        permission = _Permission(call.operation, _target, key_parameter)
        return _allowed(call, caller, permission), None
    # In this order, a caller who is denied the source key does not learn whether the target exists.
    source, target = (_allowed(call, caller, permission) for permission in _RE_ENCRYPT)
    return target, source


def _allowed(call: Call, caller: Caller, permission: _Permission) -> Key | None:
    name = call.parameters.get(permission.key_parameter, "")
    context = authorization.context_of(call, caller, permission.context)
    try:
        key = permission.find(call, name)
    except key_names.NotInOtherAccount as error:
        denied = authorization.denied_in_other_account
        raise denied(caller, permission.action, name, context) from error
    authorization.check(caller, key, permission.action, context, name)
    return key


def _target(call: Call, name: str) -> Key | None:
    if call.operation == "DeleteAlias":
        return _key_of_alias(call)
    if call.operation == "Decrypt" and not name:
        return _encrypting_key(call)
    return key_names.find(call, name) if name else None


def _source(call: Call, name: str) -> Key:
    return key_names.find(call, name) if name else _encrypting_key(call)


_RE_ENCRYPT = (
    _Permission("ReEncryptFrom", _source, "SourceKeyId", "SourceEncryptionContext"),
    _Permission("ReEncryptTo", _target, "DestinationKeyId", "DestinationEncryptionContext"),
)


def _encrypting_key(call: Call) -> Key:
    """Return the key that encrypted the ciphertext."""
    blob = ciphertexts.parse(call.binary("CiphertextBlob"))
    for key in call.backend.keys.values():
        if ciphertexts.material_id(key.key_material) == blob.material_id:
            return key
    raise Refusal("AccessDeniedException", _UNKNOWN_MATERIAL)


def _key_of_alias(call: Call) -> Key:
    alias = call.parameters["AliasName"]
    for key in call.backend.keys.values():
        if alias in key.aliases:
            return key
    raise Refusal("NotFoundException", f"Alias {call.arn(alias)} is not found.")
