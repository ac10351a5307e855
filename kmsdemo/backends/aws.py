"""A real AWS account: named, confirmed by AWS, and left as it was found."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from kmsdemo.account import environment
from kmsdemo.account.caller import Caller, identify
from kmsdemo.account.clients import Clients, connect
from kmsdemo.backends import Options
from kmsdemo.backends.errors import AnotherAccount, NoAccountNamed, RefusedInCi, RootRefused
from kmsdemo.shared_account import leftovers, sessions
from kmsdemo.shared_account.backend import SharedAccount, tidied
from kmsdemo.shared_account.key_pool import MOST_KEYS, KeyPool
from kmsdemo.shared_account.run import Run
from kmsdemo.shared_account.settling import Settling

_LACKS = MappingProxyType(
    {
        "clock": "AWS's clock cannot be moved",
        "iam_users": "no IAM users are created in a real account",
        "other_account": "a run works in one account only",
    }
)
_ANNOUNCEMENT = """\
AWS account {account}, Region {region}
as {arn}
at {endpoint}
This run creates at most {most_keys} KMS keys and, for each scenario that needs one, a
DynamoDB table, all tagged kmsdemo:run. At its end the tables are deleted and
the keys scheduled for deletion in 7 days. If it is killed, run kmsdemo sweep."""


def announcement(options: Options) -> str:
    """Return whose account it is, and what will be created there.

    Raises:
        NoAccountNamed, AnotherAccount, RootRefused, RefusedInCi: It must not be used.
        NoCredentials, NoRegion, EndpointUnreachable: It cannot be.
        AccessDenied: The caller could not find what a run leaves.
    """
    clients = connect()
    caller = _confirmed(options, clients)
    leftovers.look(clients)
    return _ANNOUNCEMENT.format(
        account=caller.account,
        arn=caller.arn,
        region=clients.kms.meta.region_name,
        endpoint=clients.kms.meta.endpoint_url,
        most_keys=MOST_KEYS,
    )


class RealAccount(SharedAccount):
    """An account of which few keys are used and each change takes its time.

    Args:
        run: What watches over the clients.
        pool: Where keys go when their scenario has ended.
        settling: What waits for changes.
    """

    def __init__(self, run: Run, pool: KeyPool, settling: Settling) -> None:
        super().__init__("aws", _LACKS, run)
        self._pool = pool
        self._settling = settling

    @contextmanager
    def subprocess_environment(self) -> Iterator[Mapping[str, str]]:
        """Give other programs the caller's credentials, for theirs may be in files of ours."""
        with self._settling.elsewhere():
            yield environment.of_caller(self._clients.session)

    def put_away(self, key_id: str) -> Callable[[], None]:
        """Look at the key, and return what keeps it for the next scenario."""
        return self._pool.putting_back(key_id)


@contextmanager
def running(options: Options) -> Iterator[RealAccount]:
    """Work in the account; at the end remove what was made there, and nothing else."""
    _confirmed(options, connect())
    run, settling = Run(), Settling(options.aws_settle)
    with sessions.watched(settling.watch), tidied(run):
        pool = KeyPool(connect(), run.tags)
        with sessions.watched(pool.watch):
            yield RealAccount(run, pool, settling)


def _confirmed(options: Options, clients: Clients) -> Caller:
    if options.aws_account is None:
        raise NoAccountNamed
    if os.environ.get("CI") and not options.aws_in_ci:
        raise RefusedInCi
    caller = identify(clients.sts)
    if caller.account != options.aws_account:
        raise AnotherAccount(options.aws_account, caller.account, caller.arn)
    if caller.is_root:
        raise RootRefused(caller.account)
    return caller
