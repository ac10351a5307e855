"""The backend ``aws``: a real account, named by the user and confirmed by AWS STS."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from types import MappingProxyType

from kmsdemo import errors, keys
from kmsdemo.account import environment
from kmsdemo.account.caller import Caller, identify
from kmsdemo.account.clients import Clients, connect
from kmsdemo.backends import Options
from kmsdemo.backends.errors import (
    AnotherAccount,
    NoAccountNamed,
    RefusedInCi,
    RootRefused,
    SettleTimeOutOfRange,
)
from kmsdemo.shared_account import leftovers, sessions
from kmsdemo.shared_account.backend import SharedAccount, cleaned_up
from kmsdemo.shared_account.eventual_consistency import PropagationDelay
from kmsdemo.shared_account.key_pool import MAX_KEYS, KeyPool
from kmsdemo.shared_account.run import Run

_UNSUPPORTED_TAGS = MappingProxyType(
    {
        "clock": "AWS's clock cannot be moved",
        "iam_users": "a run creates no IAM users in a real account",
        "other_account": "a run uses one account only",
        "trail": "in a real account, events come some minutes late",
        "watched": "only the sandbox shows which calls a script makes",
    }
)
_MAX_SETTLE_SECONDS = 600
_ANNOUNCEMENT = """\
AWS account {account}, Region {region}
as {arn}
at {endpoint}
This run creates at most {max_keys} KMS keys, and a DynamoDB table for each scenario
that needs one, all tagged kmsdemo:run. At its end it deletes the tables and
schedules the keys for deletion in 7 days. If it is killed, run kmsdemo sweep."""


def announcement(options: Options) -> str:
    """Return the account, the caller, and what the run creates.

    Raises:
        NoAccountNamed, AnotherAccount, RootRefused, RefusedInCi: The account must not be used.
        SettleTimeOutOfRange: The time for changes to propagate is not 0 to 600 seconds.
        NoCredentials, NoRegion, EndpointUnreachable: The account cannot be used.
        AccessDenied: The caller has no permission to list keys or tables, or to read tags.
    """
    clients = connect()
    caller = _confirmed(options, clients)
    leftovers.check_permissions(clients)
    return _ANNOUNCEMENT.format(
        account=caller.account,
        arn=caller.arn,
        region=clients.kms.meta.region_name,
        endpoint=clients.kms.meta.endpoint_url,
        max_keys=MAX_KEYS,
    )


class RealAccount(SharedAccount):
    """A real account: few keys, used again by later scenarios, and changes that propagate slowly.

    Args:
        run: Tags and guards the calls of the run.
        pool: Takes the keys of a scenario that has ended.
        delay: Waits until changes have propagated.
    """

    def __init__(self, run: Run, pool: KeyPool, delay: PropagationDelay) -> None:
        super().__init__("aws", _UNSUPPORTED_TAGS, run)
        self._pool = pool
        self._delay = delay

    @contextmanager
    def subprocess_environment(self) -> Iterator[Mapping[str, str]]:
        """Yield the caller's credentials and configuration as environment variables."""
        with self._delay.for_other_programs():
            yield environment.caller_variables(self._clients.session)

    def prepare_cleanup(self, key_id: str) -> Callable[[], None]:
        """Read a key, and return a function that resets it and returns it to the pool."""
        return self._pool.prepare_return(key_id)


@contextmanager
def running(options: Options) -> Iterator[RealAccount]:
    """Start a run in the account; leaving the context removes what the run created.

    Raises:
        AccessDenied: The caller could not find again what the run creates.
        LeftBehind: A key or a table could not be removed.
    """
    clients = connect()
    _confirmed(options, clients)
    leftovers.check_permissions(clients)
    run, delay = Run(), PropagationDelay(options.aws_settle)
    with sessions.initializer(delay.register_handlers), cleaned_up(run):
        pool = KeyPool(connect(), run.tags)
        with sessions.initializer(pool.register_handlers):
            if not keys.key_ids(clients.kms):
                _create_first_key(run, pool)
            yield RealAccount(run, pool, delay)


def _create_first_key(run: Run, pool: KeyPool) -> None:
    """Create a key for the pool: without any, nothing shows whether the caller can read tags."""
    key = keys.create(connect().kms)
    run.key_ids.clear()
    put_back = pool.prepare_return(key.key_id)
    with suppress(errors.KmsdemoError):  # the end of the run removes what cannot be reset
        put_back()


def _confirmed(options: Options, clients: Clients) -> Caller:
    if options.aws_account is None:
        raise NoAccountNamed
    if not 0 <= options.aws_settle <= _MAX_SETTLE_SECONDS:  # also rejects NaN
        raise SettleTimeOutOfRange(options.aws_settle)
    if os.environ.get("CI") and not options.aws_in_ci:
        raise RefusedInCi
    caller = identify(clients.sts)
    if caller.account != options.aws_account:
        raise AnotherAccount(options.aws_account, caller.account, caller.arn)
    if caller.is_root:
        raise RootRefused(caller.account)
    return caller
