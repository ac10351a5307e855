"""What becomes of a call: its form, its key, who may, the key's usage and state; then the deed."""

from __future__ import annotations

from collections.abc import Iterator

from moto.kms.models import Key

from kmsdemo.sandbox.access import authorization
from kmsdemo.sandbox.call import Answer, Call
from kmsdemo.sandbox.kms import ciphertexts, deletion, key_names, key_states, key_usage, parameters
from kmsdemo.sandbox.kms.operations import PERFORM
from kmsdemo.sandbox.kms.request import CallMoto, Request
from kmsdemo.sandbox.refusal import Refusal

_UNKNOWN_MATERIAL = (
    "The ciphertext refers to a customer master key that does not exist, does not exist in this "
    "region, or you are not allowed to access."
)
_DRY_RUN = "The request would have succeeded, but the DryRun option is set."


def answer(call: Call, moto: CallMoto) -> Answer:
    """Judge a call, perform it, and return its answer.

    Args:
        call: The call.
        moto: Performs the operations that moto answers as AWS does.

    Raises:
        Refusal: AWS KMS would refuse it.
    """
    deletion.purge()
    parameters.check(call)
    request = Request(call, authorization.caller_of(call), _target(call), _source(call), moto)
    for key, action, context in _questions(request):
        authorization.check(
            request.caller, key, action, authorization.context_of(call, request.caller, context)
        )
    for key in request.keys:
        key_usage.check(call.operation, key)
        key_states.check(call.operation, key)
    if call.parameters.get("DryRun"):
        raise Refusal("DryRunOperationException", _DRY_RUN)
    return PERFORM.get(call.operation, Request.by_moto)(request)


def _target(call: Call) -> Key | None:
    if call.operation == "DeleteAlias":
        return _key_of_alias(call)
    parameter = key_names.NAMED_BY.get(call.operation, "KeyId")
    if call.operation == "Decrypt" and not call.parameters.get(parameter):
        return _maker(call)
    name = call.parameters.get(parameter)
    return key_names.find(call, name) if name else None


def _source(call: Call) -> Key | None:
    if call.operation != "ReEncrypt":
        return None
    name = call.parameters.get("SourceKeyId")
    return key_names.find(call, name) if name else _maker(call)


def _maker(call: Call) -> Key:
    """Return the key whose material made the ciphertext."""
    opened = ciphertexts.open_blob(call.binary("CiphertextBlob"))
    for key in call.backend.keys.values():
        if ciphertexts.material_id(key.key_material) == opened.material_id:
            return key
    raise Refusal("AccessDeniedException", _UNKNOWN_MATERIAL)


def _key_of_alias(call: Call) -> Key:
    alias = call.parameters["AliasName"]
    for key in call.backend.keys.values():
        if alias in key.aliases:
            return key
    raise Refusal("NotFoundException", f"Alias {call.arn(alias)} is not found.")


def _questions(request: Request) -> Iterator[tuple[Key | None, str, str]]:
    """Yield what must be allowed: the key, the action, and where its encryption context is."""
    if request.source:
        yield request.source, "ReEncryptFrom", "SourceEncryptionContext"
        yield request.target, "ReEncryptTo", "DestinationEncryptionContext"
    else:
        yield request.target, request.call.operation, "EncryptionContext"
