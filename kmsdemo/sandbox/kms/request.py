"""A call with its caller and the keys that it names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from moto.kms.models import Key

from kmsdemo.sandbox.access.authorization import Caller
from kmsdemo.sandbox.call import Call
from kmsdemo.sandbox.kms.key_names import KEY_PARAMETERS
from kmsdemo.sandbox.refusal import constraint

CallMoto = Callable[[Call], str]


@dataclass(frozen=True, slots=True)
class Request:
    """A call with everything that its checks and its operation need.

    Attributes:
        call: The call.
        caller: The principal that signed it.
        target: The key that it names; ``None`` for operations without a key.
        source: The key with which ``ReEncrypt`` decrypts; ``None`` for all other operations.
        moto: Performs an operation with moto.
    """

    call: Call
    caller: Caller
    target: Key | None
    source: Key | None
    moto: CallMoto

    def perform_with_moto(self) -> str:
        """Perform the call with moto, and return the response as JSON.

        The key is named by its key id, which every operation of moto accepts.
        """
        parameter = KEY_PARAMETERS.get(self.call.operation, "KeyId")
        if self.target is not None and parameter in self.call.parameters:
            self.call.parameters[parameter] = self.target.id
            self.call.account = self.target.account_id
        return self.moto(self.call)

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


def _required(key: Key | None) -> Key:
    if key is None:
        raise constraint("null", "keyId", "Member must not be null")
    return key
