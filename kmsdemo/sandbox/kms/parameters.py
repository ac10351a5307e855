"""Validates the parameters of a call, before any key is looked up."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from botocore.loaders import create_loader
from botocore.model import ServiceModel

from kmsdemo.sandbox.call import Call
from kmsdemo.sandbox.refusal import Refusal, constraint, invalid

_WAITING_PERIOD_DAYS = range(7, 31)
_ALIAS = re.compile(r"[a-zA-Z0-9/_-]{1,256}")
_PREFIX_IS_MISSING = (
    'Alias must start with the prefix "alias/". Please see '
    "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html"
)


def check(call: Call) -> None:
    """Check that the parameters of a call are valid.

    Raises:
        Refusal: ``ValidationException`` and similar errors, with AWS's messages.
    """
    for parameter in _required_parameters(call.operation):
        if call.parameters.get(parameter) is None:
            raise constraint("null", _in_messages(parameter), "Member must not be null")
    if rule := _RULES.get(call.operation):
        rule(call)


def _in_messages(parameter: str) -> str:
    """Return a parameter's name as AWS writes it in messages, such as ``plaintext``."""
    return parameter[0].lower() + parameter[1:]


@lru_cache(maxsize=256)
def _required_parameters(operation: str) -> Sequence[str]:
    """Return the parameters that botocore's model of AWS KMS requires."""
    model = _model()
    if operation not in model.operation_names:
        raise Refusal("UnknownOperationException")
    shape = model.operation_model(operation).input_shape
    return tuple(shape.required_members) if shape else ()


@lru_cache(maxsize=1)
def _model() -> ServiceModel:
    return ServiceModel(create_loader().load_service_model("kms", "service-2"))


def _of_length(parameter: str, longest: int) -> Callable[[Call], None]:
    """Return the rule that a binary parameter has 1 to ``longest`` bytes."""
    name = _in_messages(parameter)

    def rule(call: Call) -> None:
        length = len(call.binary(parameter))
        if length < 1:
            raise constraint("", name, "Member must have length greater than or equal to 1")
        if length > longest:
            raise constraint("", name, f"Member must have length less than or equal to {longest}")

    return rule


def _waiting_period(call: Call) -> None:
    if call.parameters.get("PendingWindowInDays", 30) not in _WAITING_PERIOD_DAYS:
        raise invalid("PendingWindowInDays must be between 7 and 30")


def _new_alias(call: Call) -> None:
    alias = call.parameters["AliasName"]
    if not alias.startswith("alias/"):
        raise invalid(_PREFIX_IS_MISSING)
    if alias.startswith("alias/aws/"):
        raise Refusal("NotAuthorizedException")
    if not _ALIAS.fullmatch(alias):
        rule = "Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$"
        raise constraint(alias, "aliasName", rule)


def _alias(call: Call) -> None:
    if not call.parameters["AliasName"].startswith("alias/"):
        raise invalid(_PREFIX_IS_MISSING)


def _data_key(call: Call) -> None:
    spec, length = call.parameters.get("KeySpec"), call.parameters.get("NumberOfBytes")
    if (spec is None) == (length is None):
        raise invalid("Please specify either number of bytes or key spec.")
    if spec not in (None, "AES_128", "AES_256"):
        rule = "Member must satisfy enum value set: [AES_256, AES_128]"
        raise constraint(spec, "keySpec", rule)
    if length is not None and not 1 <= length <= 1024:  # noqa: PLR2004, the limit is in the message
        rule = "Member must have value less than or equal to 1024"
        raise constraint(str(length), "numberOfBytes", rule)


_ciphertext = _of_length("CiphertextBlob", longest=6144)

_RULES: dict[str, Callable[[Call], None]] = {
    "CreateAlias": _new_alias,
    "Decrypt": _ciphertext,
    "DeleteAlias": _alias,
    "Encrypt": _of_length("Plaintext", longest=4096),
    "GenerateDataKey": _data_key,
    "GenerateDataKeyWithoutPlaintext": _data_key,
    "ReEncrypt": _ciphertext,
    "ScheduleKeyDeletion": _waiting_period,
    "UpdateAlias": _new_alias,
}
