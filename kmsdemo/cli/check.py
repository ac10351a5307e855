"""``check``: the progress of the lab in an account, and what to do next."""

from __future__ import annotations

import sys
import time
from dataclasses import asdict
from pathlib import Path

import click

from kmsdemo.account.caller import identify
from kmsdemo.account.clients import Clients
from kmsdemo.cli import progress
from kmsdemo.cli.options import json_option, junit_option
from kmsdemo.cli.output import print_json, say
from kmsdemo.cli.slow_calls import connect
from kmsdemo.errors import KmsdemoError, Throttled
from kmsdemo.learners import junit as junit_report
from kmsdemo.learners.audit_trail import OBSERVER
from kmsdemo.learners.check import Inspection, inspect_account
from kmsdemo.learners.finding import is_complete

_POLL_SECONDS = 2.0


@click.command(short_help="Check which steps of the lab are done.")
@click.option("--watch", is_flag=True, help="Repeat the check until Ctrl-C.")
@click.option("--hint", is_flag=True, help="Show the commands of the next step.")
@junit_option
@json_option
def check(watch: bool, hint: bool, junit: Path | None, as_json: bool) -> None:
    """Check which steps of the lab are done, and say what to do next.

    Checks the account of the credentials, Region and endpoint in your environment, and changes
    nothing. It needs permission to list and describe keys, aliases and tables and to scan the
    table. With permission to look up the events of AWS CloudTrail, it also sees what is no longer
    there: that you decrypted, and a lab whose key is deleted. Without permission to decrypt, it
    does not check the ciphertext.

    Exit codes: 0 the lab is complete, 1 something is left to do.
    """
    if watch and (as_json or junit):
        raise click.UsageError("--watch cannot be combined with --json or --junit.")
    if junit:
        junit_report.check_writable(junit)
    clients = connect(application=OBSERVER)
    if watch:
        _watch(clients, with_hint=hint)
        return
    found = inspect_account(clients)
    if junit:
        junit_report.write(junit, {"kmsdemo check": found.findings})
    if as_json:
        print_json([asdict(finding) for finding in found.findings])
    else:
        progress.show(found, _where(clients), with_hint=hint)
    sys.exit(0 if is_complete(found.findings) else 1)


def _watch(clients: Clients, *, with_hint: bool) -> None:
    previous = inspect_account(clients)
    where = _where(clients)
    try:
        _show_again(previous, where, with_hint=with_hint)
        while True:
            time.sleep(_POLL_SECONDS)
            if (found := inspect_again(clients, previous)) != previous:
                _show_again(found, where, with_hint=with_hint)
                previous = found
    except KeyboardInterrupt:
        say()


def inspect_again(clients: Clients, previous: Inspection) -> Inspection:
    """Check again; if AWS throttles, leave it to the next check."""
    try:
        found = inspect_account(clients)
    except Throttled:
        return previous
    return previous if found.is_throttled else found


def _show_again(found: Inspection, where: str, *, with_hint: bool) -> None:
    click.clear()
    progress.show(found, where, with_hint=with_hint)
    say("\nUpdated when the account changes; press Ctrl-C to stop.")


def _where(clients: Clients) -> str:
    """Return the account, the Region and the endpoint."""
    try:
        account = f"Account {identify(clients.sts).account}"
    except KmsdemoError:  # the endpoint has no AWS STS
        account = "The account of your credentials"
    meta = clients.kms.meta
    return f"{account}, Region {meta.region_name}, {meta.endpoint_url}"
