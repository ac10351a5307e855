"""Sessions: the temporary credentials that STS issues; they expire by the account's clock."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from moto.sts.models import STSBackend, sts_backends

from kmsdemo.sandbox import clock
from kmsdemo.sandbox.access import access_keys
from kmsdemo.sandbox.access.access_keys import AccessKey

_MAX_SESSIONS = 1_000  # of an account
_TOKEN_BYTES = 240


@dataclass(frozen=True, slots=True)
class Session:
    """Temporary credentials and their principal.

    Attributes:
        key: The access key.
        token: The session token, which each call must send.
        account: Twelve digits.
        arn: The ARN of the caller.
        user_id: The ``UserId`` that GetCallerIdentity returns.
        start: By the account's clock.
        expiration: By the account's clock.
        role_arn: The assumed role; empty without one.
        user: The id of the IAM user that requested them; empty for a role and for the root user.
        is_federated: Whether GetFederationToken issued them.
        policies: The session policies, which limit the permissions of the role or the user;
            ``None`` without any.
        source_identity: Who is behind the role, as AssumeRole says; empty if it does not.
        tags: The session tags, which override those of the role or the user.
        transitive_tags: Those of them that the sessions have too which this one begins.
    """

    key: AccessKey
    token: str = field(repr=False)
    account: str
    arn: str
    user_id: str
    start: datetime
    expiration: datetime
    role_arn: str = ""
    user: str = ""
    is_federated: bool = False
    policies: Sequence[str] | None = None
    source_identity: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    transitive_tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_expired(self) -> bool:
        """Whether it has expired, by the account's clock."""
        return clock.now(self.account) >= self.expiration


# An attribute of moto's backends: when moto empties its accounts, their sessions go with them.
_SESSIONS = "sessions"


def begin(backend: STSBackend, *, seconds: int, **facts: object) -> Session:
    """Create a session in an account.

    Args:
        backend: STS of the account.
        seconds: How long it is valid.
        facts: The other attributes of :class:`Session`.
    """
    start = clock.now(backend.account_id)
    session = Session(
        key=access_keys.generate(backend.account_id, "ASIA"),
        token=secrets.token_urlsafe(_TOKEN_BYTES),
        account=backend.account_id,
        start=start,
        expiration=start + timedelta(seconds=seconds),
        **facts,  # type: ignore[arg-type]
    )
    of_account: dict[str, Session] = vars(backend).setdefault(_SESSIONS, {})
    while len(of_account) >= _MAX_SESSIONS:
        del of_account[next(iter(of_account))]
    of_account[session.key.access_key_id] = session
    return session


def find(access_key_id: str) -> Session | None:
    """Return the session of an access key, expired or not."""
    return next(
        (
            sessions[access_key_id]
            for sessions in _of_account(access_keys.account_of(access_key_id))
            if access_key_id in sessions
        ),
        None,
    )


def _of_account(account: str) -> Iterator[dict[str, Session]]:
    """Yield the sessions of an account, for each partition; create no backend."""
    if account in sts_backends:
        for backend in list(sts_backends[account].values()):
            yield vars(backend).get(_SESSIONS, {})
