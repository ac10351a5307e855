"""What becomes of a call: its form, its key, who may, the key's usage and state; then the deed."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from moto.kms.models import Key

from kmsdemo.sandbox.access import authorization
from kmsdemo.sandbox.access.authorization import Caller
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
    caller = authorization.caller_of(call)
    request = Request(call, caller, *_keys(call, caller), moto)
    for key in request.keys:
        key_usage.check(call.operation, key)
        key_states.check(call.operation, key)
    if call.parameters.get("DryRun"):
        raise Refusal("DryRunOperationException", _DRY_RUN)
    return PERFORM.get(call.operation, Request.by_moto)(request)


class _Question(NamedTuple):
    """Whether a caller may do something with a key.

    Attributes:
        action: Without ``kms:``.
        find: Finds the key.
        named_by: The parameter that names it.
        context: The parameter that holds the encryption context.
    """

    action: str
    find: Callable[[Call, str], Key | None]
    named_by: str
    context: str = "EncryptionContext"


def _keys(call: Call, caller: Caller) -> tuple[Key | None, Key | None]:
    """Return the key that a call is about, and the source of ReEncrypt, if the caller may."""
    if call.operation != "ReEncrypt":
        named_by = key_names.NAMED_BY.get(call.operation, "KeyId")
        return _allowed(call, caller, _Question(call.operation, _target, named_by)), None
    # One after the other: who may not use the first one does not learn whether there is a second.
    source, target = (_allowed(call, caller, question) for question in _OF_RE_ENCRYPT)
    return target, source


def _allowed(call: Call, caller: Caller, question: _Question) -> Key | None:
    name = call.parameters.get(question.named_by, "")
    context = authorization.context_of(call, caller, question.context)
    try:
        key = question.find(call, name)
    except key_names.NotInOtherAccount as error:
        raise authorization.denied_elsewhere(caller, question.action, name, context) from error
    authorization.check(caller, key, question.action, context, name)
    return key


def _target(call: Call, name: str) -> Key | None:
    if call.operation == "DeleteAlias":
        return _key_of_alias(call)
    if call.operation == "Decrypt" and not name:
        return _maker(call)
    return key_names.find(call, name) if name else None


def _source(call: Call, name: str) -> Key:
    return key_names.find(call, name) if name else _maker(call)


_OF_RE_ENCRYPT = (
    _Question("ReEncryptFrom", _source, "SourceKeyId", "SourceEncryptionContext"),
    _Question("ReEncryptTo", _target, "DestinationKeyId", "DestinationEncryptionContext"),
)


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
