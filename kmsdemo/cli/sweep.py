"""``sweep``: removes what killed runs left in an account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import click

from kmsdemo import errors
from kmsdemo.account import leftovers
from kmsdemo.account.caller import identify
from kmsdemo.account.clients import connect
from kmsdemo.account.leftovers import Leftover
from kmsdemo.cli.options import json_option
from kmsdemo.cli.output import date, print_json, progress


@click.command()
@click.option("--run", "run_id", metavar="ID", help="Only what this run left.")
@click.option("--expired", is_flag=True, help="Only what no run can still need, for a schedule.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def sweep(run_id: str | None, expired: bool, yes: bool, as_json: bool) -> None:
    """Remove the keys and tables that killed test runs left.

    Looks in the account and Region of the environment for what carries the tags of a run
    (pytest --backend), shows it and asks. Keys are scheduled for deletion in 7 days without their
    aliases, tables are deleted. Nothing else is touched.
    """
    clients = connect()
    account = identify(clients.sts).account
    with progress("Looking at keys and tables"):
        found = leftovers.find(clients, run_id)
    found = [leftover for leftover in found if leftover.has_expired or not expired]
    if found and not yes:
        _confirm(account, found)
    with progress("Removing keys and tables"):
        failures = leftovers.remove(clients, found)
    _report(account, found, failures, as_json)
    if failures:
        click.get_current_context().exit(1)


def _confirm(account: str, found: Sequence[Leftover]) -> None:
    for leftover in found:
        until = date(leftover.run.expires)
        running = "" if leftover.has_expired else f", which may be running until {until}"
        click.echo(f"{_line(leftover)}{running}", err=True)
    if not click.confirm(f"Remove them from account {account}?", err=True):
        click.echo("Nothing was removed.", err=True)
        click.get_current_context().exit(1)


def _line(leftover: Leftover) -> str:
    return f"{leftover.kind:5}  {leftover.name}  of run {leftover.run.run_id}"


def _facts(leftover: Leftover) -> dict[str, str]:
    return {"kind": leftover.kind, "name": leftover.name, "run": leftover.run.run_id}


def _report(
    account: str,
    found: Sequence[Leftover],
    failures: Mapping[Leftover, errors.KmsdemoError],
    as_json: bool,
) -> None:
    removed = [leftover for leftover in found if leftover not in failures]
    if as_json:
        failed = [_facts(leftover) for leftover in failures]
        print_json({"account": account, "removed": list(map(_facts, removed)), "failed": failed})
    elif not found:
        click.echo(f"No run left anything in account {account} in this Region.")
    else:
        for leftover in removed:
            click.echo(f"Removed {_line(leftover)}")
    for failure in failures.values():
        click.echo(f"Error: {failure.what}\n{failure.next_step}", err=True)
