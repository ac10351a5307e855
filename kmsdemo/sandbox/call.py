"""One call to AWS KMS, as the sandbox receives it."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.utilities.utils import get_partition

from kmsdemo.sandbox.refusal import invalid

_TWELVE_DIGITS = re.compile(r"\d{12}")


@dataclass
class Call:
    """One call.

    Attributes:
        operation: Such as ``ScheduleKeyDeletion``.
        parameters: As received; binary parameters are in Base64.
        account: The account id of the caller, 12 digits.
        region: The Region that received the call, such as ``us-east-1``.
        key_arns: The ARNs of the keys that the call uses, as AWS KMS finds them.
        source_ip: The address that it comes from.
        user_agent: What the client says that it is.
        request_id: AWS's id of the request.
        partition: The partition of the Region, such as ``aws``.
    """

    operation: str
    parameters: dict[str, Any]
    account: str
    region: str
    key_arns: list[str] = field(default_factory=list)
    source_ip: str = "127.0.0.1"
    user_agent: str = ""
    request_id: str = ""
    partition: str = field(init=False)

    def __post_init__(self) -> None:
        self.partition = get_partition(self.region)

    def binary(self, parameter: str) -> bytes:
        """Return a binary parameter, decoded; empty if it is missing.

        Raises:
            Refusal: ``ValidationException``: the parameter is not valid Base64.
        """
        try:
            return base64.b64decode(self.parameters.get(parameter) or "", validate=True)
        except binascii.Error as error:
            raise invalid(f"{parameter} is not valid Base64.") from error

    def encryption_context(self, parameter: str = "EncryptionContext") -> Mapping[str, str]:
        """Return an encryption context; empty if it is missing."""
        return self.parameters.get(parameter) or {}

    def arn(self, resource: str, account: str | None = None) -> str:
        """Return the ARN of ``key/ID`` or ``alias/NAME``, by default in the caller's account."""
        return f"arn:{self.partition}:kms:{self.region}:{account or self.account}:{resource}"


def is_account_id(text: str) -> bool:
    """Return whether a text is an account id: 12 digits."""
    return _TWELVE_DIGITS.fullmatch(text) is not None
