"""Sessions: temporary credentials that STS gave out, until they expire by the account's clock."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from moto.sts.models import STSBackend, sts_backends

from kmsdemo.sandbox import clock
from kmsdemo.sandbox.access import access_keys
from kmsdemo.sandbox.access.access_keys import AccessKey

_MOST_OF_AN_ACCOUNT = 1_000
_TOKEN_BYTES = 240


@dataclass(frozen=True, slots=True)
class Session:
    """Temporary credentials, and whose.

    Attributes:
        key: The access key.
        token: What must be sent with it.
        account: Twelve digits.
        arn: Who calls with them.
        user_id: As GetCallerIdentity says it.
        expiration: By the account's clock.
        role_arn: The role, where one was assumed.
        user: The IAM user's id, where a user asked for them; neither role nor user is the root.
        is_federated: They are GetFederationToken's.
        policies: The session policies, which limit what the role or the user may; ``None`` where
            nothing does.
    """

    key: AccessKey
    token: str = field(repr=False)
    account: str
    arn: str
    user_id: str
    expiration: datetime
    role_arn: str = ""
    user: str = ""
    is_federated: bool = False
    policies: Sequence[str] | None = None

    @property
    def is_over(self) -> bool:
        """Whether it has expired."""
        return clock.now(self.account) >= self.expiration


# With the accounts, which moto may empty at any time, their sessions are gone.
_kept: WeakKeyDictionary[STSBackend, dict[str, Session]] = WeakKeyDictionary()


def begin(backend: STSBackend, *, seconds: int, **facts: object) -> Session:
    """Return a new session of an account, and keep it.

    Args:
        backend: The account's.
        seconds: How long it lasts.
        facts: The other attributes of :class:`Session`.
    """
    session = Session(
        key=access_keys.new(backend.account_id, "ASIA"),
        token=secrets.token_urlsafe(_TOKEN_BYTES),
        account=backend.account_id,
        expiration=clock.now(backend.account_id) + timedelta(seconds=seconds),
        **facts,  # type: ignore[arg-type]
    )
    of_account = _kept.setdefault(backend, {})
    while len(of_account) >= _MOST_OF_AN_ACCOUNT:
        del of_account[next(iter(of_account))]
    of_account[session.key.access_key_id] = session
    return session


def find(access_key_id: str) -> Session | None:
    """Return the session of an access key, expired or not."""
    return next(
        (
            kept[access_key_id]
            for kept in _of(access_keys.account_of(access_key_id))
            if access_key_id in kept
        ),
        None,
    )


def _of(account: str) -> Iterator[dict[str, Session]]:
    """Yield the sessions of an account, by partition; an account that nobody uses stays unused."""
    if account in sts_backends:
        for backend in list(sts_backends[account].values()):
            yield _kept.get(backend, {})
