"""A call with what was found out about it: who makes it, and which keys it is about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from moto.kms.models import Key

from kmsdemo.sandbox.access.authorization import Caller
from kmsdemo.sandbox.call import Call
from kmsdemo.sandbox.kms.key_names import NAMED_BY
from kmsdemo.sandbox.refusal import constraint

CallMoto = Callable[[Call], str]


@dataclass(frozen=True, slots=True)
class Request:
    """A call to be judged and performed.

    Attributes:
        call: The call.
        caller: Who signed it.
        target: The key that it is about; ``None`` for the few that are about none.
        source: The key that decrypts, where ``ReEncrypt`` also has one that encrypts.
        moto: Performs what moto answers as AWS does.
    """

    call: Call
    caller: Caller
    target: Key | None
    source: Key | None
    moto: CallMoto

    def by_moto(self) -> str:
        """Let moto perform it, with the key named as moto always understands it: by its id."""
        parameter = NAMED_BY.get(self.call.operation, "KeyId")
        if self.target is not None and parameter in self.call.parameters:
            self.call.parameters[parameter] = self.target.id
            self.call.account = self.target.account_id
        return self.moto(self.call)

    @property
    def key(self) -> Key:
        """The key that the call is about, where it must be about one."""
        return _there(self.target)

    @property
    def decrypting(self) -> Key:
        """The key that decrypts for ``ReEncrypt``."""
        return _there(self.source)

    @property
    def keys(self) -> list[Key]:
        """All keys that the call is about."""
        return [key for key in (self.source, self.target) if key is not None]


def _there(key: Key | None) -> Key:
    if key is None:
        raise constraint("null", "keyId", "Member must not be null")
    return key
