"""A call with its caller and the keys that it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kmsdemo.sandbox import clock
from kmsdemo.sandbox.access.evaluation import Caller
from kmsdemo.sandbox.call import Call
from kmsdemo.sandbox.key import Key, KeyStore
from kmsdemo.sandbox.kms import stores
from kmsdemo.sandbox.refusal import Refusal, constraint

_DRY_RUN = "The request would have succeeded, but the DryRun option is set."


@dataclass(frozen=True, slots=True)
class Request:
    """A call with everything that its checks and its operation need.

    Attributes:
        call: The call.
        caller: The principal that signed it.
        target: The key that it names; ``None`` for operations without a key.
        source: The key with which ``ReEncrypt`` decrypts; ``None`` for all other operations.
    """

    call: Call
    caller: Caller
    target: Key | None
    source: Key | None

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The parameters; binary ones are in Base64."""
        return self.call.parameters

    @property
    def store(self) -> KeyStore:
        """The keys of the caller's account in this Region."""
        return stores.of(self.call.account, self.call.region)

    @property
    def now(self) -> datetime:
        """The time of the account that owns the key, or of the caller's."""
        return clock.now(self.target.account_id if self.target else self.call.account)

    @property
    def key(self) -> Key:
        """The key that the call names.

        Raises:
            Refusal: ``ValidationException``: the call names no key.
        """
        return _required(self.target)

    @property
    def source_key(self) -> Key:
        """The key with which ``ReEncrypt`` decrypts."""
        return _required(self.source)

    @property
    def keys(self) -> list[Key]:
        """All keys that the call names."""
        return [key for key in (self.source, self.target) if key is not None]

    @property
    def ignores_ciphertext(self) -> bool:
        """Whether it only asks for permission, with ``DryRunModifiers``."""
        return "IGNORE_CIPHERTEXT" in (self.parameters.get("DryRunModifiers") or ())

    def end_dry_run(self) -> None:
        """End a dry run, once everything is checked, before anything changes.

        Raises:
            Refusal: ``DryRunOperationException``, which is the success of a dry run.

        AWS: "Testing your permissions", AWS KMS Developer Guide.
        """
        if self.parameters.get("DryRun"):
            raise Refusal("DryRunOperationException", _DRY_RUN)


def _required(key: Key | None) -> Key:
    if key is None:
        raise constraint("null", "keyId", "Member must not be null")
    return key
