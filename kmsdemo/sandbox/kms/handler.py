"""Handles a call: checks form, key, permissions, key usage and key state, then performs it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

from kmsdemo.sandbox import service
from kmsdemo.sandbox.access import authorization, context_keys
from kmsdemo.sandbox.access.evaluation import Caller
from kmsdemo.sandbox.access.principals import Principal
from kmsdemo.sandbox.call import Call
from kmsdemo.sandbox.key import Key
from kmsdemo.sandbox.kms import (
    aliases,
    ciphertexts,
    constraints,
    deletion,
    encryption,
    grants,
    imported_material,
    key_names,
    key_states,
    key_usage,
    keys,
    paging,
    rotation,
    stores,
)
from kmsdemo.sandbox.kms.operations import OPERATIONS
from kmsdemo.sandbox.kms.request import Request
from kmsdemo.sandbox.kms.serializer import serialized
from kmsdemo.sandbox.refusal import Refusal, constraint

_UNKNOWN_MATERIAL = (
    "The ciphertext refers to a customer master key that does not exist, does not exist in this "
    "region, or you are not allowed to access."
)


def answer(call: Call, principal: Principal) -> dict[str, Any]:
    """Check a call, perform it, and return its response as JSON has it.

    Args:
        call: The call, with parameters of the types that the model says.
        principal: The authenticated principal that signed it.

    Raises:
        Refusal: AWS KMS returns an error.
    """
    operation = service.find("kms").operation(call.operation)
    if operation is None or call.operation not in OPERATIONS:
        message = f"The sandbox does not support {call.operation}."
        raise Refusal("UnknownOperationException", message)
    deletion.purge()
    constraints.check(operation.input_shape, call.parameters)
    _check_form(call)
    caller = authorization.caller_for(principal)
    request = Request(call, caller, *_keys(call, caller))
    call.key_arns.extend(key.arn for key in request.keys)
    _check_keys(request)
    answered = OPERATIONS[call.operation](request)
    request.end_dry_run()
    keys.record_usage(request)
    response: dict[str, Any] = serialized(operation.output_shape, answered)
    return response


def _check_form(call: Call) -> None:
    """Check what AWS KMS documents about the form of parameters and the model does not contain."""
    if "AliasName" in call.parameters:
        aliases.check_name(call.operation, call.parameters["AliasName"])
    if call.operation == "ScheduleKeyDeletion":
        deletion.check_waiting_period(call.parameters.get("PendingWindowInDays", 30))
    if call.operation == "RetireGrant":
        grants.check_names_a_grant(call)
    if call.operation in _NAMELESS:
        _check_ciphertext(call)
    paging.check_limit(call)
    grants.check_tokens(call)


_NAMELESS = {
    "Decrypt": ("KeyId", "EncryptionAlgorithm"),
    "ReEncrypt": ("SourceKeyId", "SourceEncryptionAlgorithm"),
}
"""The operations whose key the ciphertext can name: the parameters of the key and the algorithm."""


def _check_ciphertext(call: Call) -> None:
    """Check that there is a ciphertext, except in some dry runs, and that something names a key."""
    is_dry = call.parameters.get("DryRun") and call.parameters.get("DryRunModifiers")
    if "CiphertextBlob" not in call.parameters and not is_dry:
        raise constraint("null", "ciphertextBlob", "Member must not be null")
    key, algorithm = _NAMELESS[call.operation]
    if key not in call.parameters and algorithm in call.parameters:
        encryption.check_algorithm_names_a_key(call.parameters[algorithm], key)


def _check_keys(request: Request) -> None:
    """Check the usage and the state of the keys, once everything that is due has happened."""
    for key in request.keys:
        rotation.catch_up(key)
        imported_material.expire(key)
        if key is request.target or request.call.operation == "ReEncrypt":
            key_usage.check(request.call.operation, key)
            key_states.check(request.call.operation, key)


# ------------------------------------------------------------------------ keys and permissions


class _Permission(NamedTuple):
    """A permission that a call needs.

    Attributes:
        action: Without ``kms:``.
        find: Finds the key.
        key_parameter: The parameter that names the key.
        side: Which of the keys of ReEncrypt, ``Source`` or ``Destination``.
    """

    action: str
    find: Callable[[Call, str], Key | None]
    key_parameter: str
    side: str = ""


def _keys(call: Call, caller: Caller) -> tuple[Key | None, Key | None]:
    """Return the key of a call and its other key, if the caller has permission.

    The other one is the source key of ReEncrypt, or the current key of the alias of UpdateAlias.
    """
    if call.operation == "RetireGrant":
        return _key_of_retired_grant(call, caller), None
    if resource := _resource_without_policy(call):
        context = authorization.context_of(call, caller)
        authorization.check_without_key(caller, resource, call.operation, context)
    if call.operation == "ListRetirableGrants":
        return None, None
    if call.operation not in _TWO_KEYS:
        key_parameter = key_names.KEY_PARAMETERS.get(call.operation, "KeyId")
        permission = _Permission(call.operation, _target, key_parameter)
        return _allowed(call, caller, permission), None
    # In this order, a caller who is denied the source key does not learn whether the target exists.
    source, target = (
        _allowed(call, caller, permission) for permission in _TWO_KEYS[call.operation]
    )
    return target, source


def _resource_without_policy(call: Call) -> str:
    """Return the ARN of the alias or the principal whose own permission a call needs."""
    if call.operation == "ListRetirableGrants":
        return str(call.parameters.get("RetiringPrincipal", "*"))
    alias = call.parameters.get("AliasName")
    return call.arn(alias) if alias else ""


def _allowed(call: Call, caller: Caller, permission: _Permission) -> Key | None:
    name = call.parameters.get(permission.key_parameter, "")
    try:
        key = permission.find(call, name)
    except key_names.NotInOtherAccount as error:
        context = authorization.context_of(call, caller, permission.side)
        denied = authorization.denied_in_other_account
        raise denied(caller, permission.action, name, context) from error
    key_context = partial(_key_context, call, key)
    context = authorization.context_of(call, caller, permission.side, key_context)
    try:
        authorization.check(caller, key, permission.action, context, name)
    except Refusal as error:
        if key and key.account_id != caller.account and not name.startswith("arn:"):
            raise _unknown(call, name) from error
        raise
    return key


def _unknown(call: Call, key_id: str) -> Refusal:
    """Return the error for a key in another account, as if that key did not exist."""
    if key_id:
        return key_names.missing(call, key_id, call.account)
    return Refusal("AccessDeniedException", _UNKNOWN_MATERIAL)


def _key_context(call: Call, key: Key | None) -> dict[str, list[str]]:
    """Return the values of the condition keys that describe the key of a call."""
    if key is None:
        return {}
    context = context_keys.of_key(key, stores.alias_names(key))
    if call.operation == "ReEncrypt":
        context["kms:ReEncryptOnSameKey"] = [str(_is_on_same_key(call)).lower()]
    return context


def _is_on_same_key(call: Call) -> bool:
    try:
        source = _source(call, call.parameters.get("SourceKeyId", ""))
        return source is key_names.find(call, call.parameters["DestinationKeyId"])
    except (Refusal, key_names.NotInOtherAccount):
        return False


def _target(call: Call, name: str) -> Key | None:
    if call.operation == "DeleteAlias":
        return key_names.of_alias(call, call.parameters["AliasName"])
    if call.operation == "Decrypt":
        return _source(call, name)
    return key_names.find(call, name) if name else None


def _source(call: Call, name: str) -> Key:
    """Return the key that decrypts; a ciphertext names it also in another account, by its id.

    AWS: Decrypt, "Cross-account use", AWS KMS API Reference.
    """
    if not name:
        return _encrypting_key(call)
    try:
        return key_names.find(call, name)
    except Refusal:
        with suppress(Refusal):
            if (key := _encrypting_key(call)).id == name:
                return key
        raise


def _current(call: Call, alias: str) -> Key:
    return key_names.of_alias(call, alias)


_TWO_KEYS = {
    "ReEncrypt": (
        _Permission("ReEncryptFrom", _source, "SourceKeyId", "Source"),
        _Permission("ReEncryptTo", _target, "DestinationKeyId", "Destination"),
    ),
    "UpdateAlias": (
        _Permission("UpdateAlias", _current, "AliasName"),
        _Permission("UpdateAlias", _target, "TargetKeyId"),
    ),
}


def _encrypting_key(call: Call) -> Key:
    """Return the key that encrypted the ciphertext."""
    if "CiphertextBlob" not in call.parameters:
        raise constraint("null", "keyId", "Member must not be null")
    blob = ciphertexts.parse(call.binary("CiphertextBlob"))
    key = key_names.of_material(call, blob.material_id)
    if key is None:
        raise Refusal("AccessDeniedException", _UNKNOWN_MATERIAL)
    return key


def _key_of_retired_grant(call: Call, caller: Caller) -> Key:
    """Return the key of the grant that a call retires."""
    named = call.parameters.get("KeyId", "")
    context = authorization.context_of(call, caller)
    try:
        token = call.parameters.get("GrantToken")
        key = grants.key_of_token(call, token) if token else key_names.find(call, named)
    except key_names.NotInOtherAccount as error:
        denied = authorization.denied_in_other_account
        raise denied(caller, call.operation, named, context) from error
    key_context = partial(_key_context, call, key)
    context = authorization.context_of(call, caller, key_context=key_context)
    authorization.check_retirement(caller, key, grants.retired(call, key), context, named)
    return key
