"""Handles a call: checks parameters, permissions, key usage and key state, then performs it."""

from __future__ import annotations

from collections.abc import Iterator

from moto.kms.models import Key

from kmsdemo.sandbox.access import authorization
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
    request = Request(call, authorization.caller_of(call), _target(call), _source(call), moto)
    for key, action, context in _required_permissions(request):
        authorization.check(
            request.caller, key, action, authorization.context_of(call, request.caller, context)
        )
    for key in request.keys:
        key_usage.check(call.operation, key)
        key_states.check(call.operation, key)
    if call.parameters.get("DryRun"):
        raise Refusal("DryRunOperationException", _DRY_RUN)
    return OPERATIONS.get(call.operation, Request.perform_with_moto)(request)


def _target(call: Call) -> Key | None:
    if call.operation == "DeleteAlias":
        return _key_of_alias(call)
    parameter = key_names.KEY_PARAMETERS.get(call.operation, "KeyId")
    if call.operation == "Decrypt" and not call.parameters.get(parameter):
        return _encrypting_key(call)
    name = call.parameters.get(parameter)
    return key_names.find(call, name) if name else None


def _source(call: Call) -> Key | None:
    if call.operation != "ReEncrypt":
        return None
    name = call.parameters.get("SourceKeyId")
    return key_names.find(call, name) if name else _encrypting_key(call)


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


def _required_permissions(request: Request) -> Iterator[tuple[Key | None, str, str]]:
    """Yield the required permissions: key, action, and parameter with the encryption context."""
    if request.source:
        yield request.source, "ReEncryptFrom", "SourceEncryptionContext"
        yield request.target, "ReEncryptTo", "DestinationEncryptionContext"
    else:
        yield request.target, request.call.operation, "EncryptionContext"
