"""One call to AWS KMS, as the sandbox sees it."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from moto.kms.models import KmsBackend, kms_backends
from moto.utilities.utils import get_partition

from kmsdemo.sandbox.refusal import invalid

_TWELVE_DIGITS = re.compile(r"\d{12}")

Answer = dict[str, Any] | str
"""The fields of an answer, or moto's answer as it is, in JSON."""


@dataclass
class Call:
    """One call.

    Attributes:
        operation: As AWS names it: ``ScheduleKeyDeletion``.
        parameters: As they came, binary ones in Base64.
        account: The caller's account, twelve digits.
        region: Where the call was sent.
        access_key_id: Who signed it.
    """

    operation: str
    parameters: dict[str, Any]
    account: str
    region: str
    access_key_id: str
    partition: str = field(init=False)

    def __post_init__(self) -> None:
        self.partition = get_partition(self.region)

    @property
    def backend(self) -> KmsBackend:
        """The keys of the caller's account in this Region, as moto keeps them."""
        return kms_backends[self.account][self.region]

    def backend_of(self, account: str) -> KmsBackend | None:
        """The keys of any account in this Region; an account that nobody uses stays unused."""
        is_used = account == self.account or account in kms_backends
        return kms_backends[account][self.region] if is_used else None

    def binary(self, parameter: str) -> bytes:
        """Return a binary parameter, decoded; empty where it is missing."""
        try:
            return base64.b64decode(self.parameters.get(parameter) or "", validate=True)
        except binascii.Error as error:
            raise invalid(f"{parameter} is not valid Base64.") from error

    def encryption_context(self, parameter: str = "EncryptionContext") -> Mapping[str, str]:
        """Return an encryption context; empty where it is missing."""
        return self.parameters.get(parameter) or {}

    @cached_property
    def root_arn(self) -> str:
        """The caller's account, as a principal."""
        return f"arn:{self.partition}:iam::{self.account}:root"

    def arn(self, resource: str, account: str | None = None) -> str:
        """Return the ARN of ``key/ID`` or ``alias/NAME``, by default in the caller's account."""
        return f"arn:{self.partition}:kms:{self.region}:{account or self.account}:{resource}"


def is_account_id(text: str) -> bool:
    """Say whether a text is the number of an account."""
    return _TWELVE_DIGITS.fullmatch(text) is not None


def encoded(value: bytes) -> str:
    """Return a binary value as an answer carries it."""
    return base64.b64encode(value).decode()
