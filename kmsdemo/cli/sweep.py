"""``sweep``: removes the keys and tables of killed runs from an account."""

from __future__ import annotations

from collections.abc import Container, Sequence

import click

from kmsdemo.account.caller import identify
from kmsdemo.account.clients import connect
from kmsdemo.cli.options import json_option
from kmsdemo.cli.output import ask, date, print_json, progress, say
from kmsdemo.shared_account import leftovers
from kmsdemo.shared_account.leftovers import Leftover


@click.command()
@click.option("--run", "run_id", metavar="ID", help="Only the keys and tables of this run.")
@click.option(
    "--expired", is_flag=True, help="Only what no run can still need; for a scheduled job."
)
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@json_option
def sweep(run_id: str | None, expired: bool, yes: bool, as_json: bool) -> None:
    """Remove the keys and tables of killed test runs.

    Finds everything with the tags of a run (pytest --backend) in the account and Region of your
    environment, lists it and asks for confirmation. Deletes tables and aliases, and schedules
    keys for deletion in 7 days. Changes nothing else.
    """
    clients = connect()
    account = identify(clients.sts).account
    where = f"account {account}, Region {clients.kms.meta.region_name}"
    with progress("Finding keys and tables"):
        found = leftovers.find(clients, run_id)
    unneeded = [leftover for leftover in found if leftover.has_expired or not expired]
    if unneeded and not yes:
        _confirm(where, unneeded)
    with progress("Removing keys and tables"):
        failures = leftovers.remove(clients, unneeded)
    if as_json:
        _print_json(account, unneeded, failures)
    else:
        _print(where, found, unneeded, failures)
    for failure in failures.values():
        say(f"Error: {failure}", err=True)
    if failures:
        click.get_current_context().exit(1)


def _confirm(where: str, unneeded: Sequence[Leftover]) -> None:
    for run in dict.fromkeys(leftover.run for leftover in unneeded):
        of_run = [leftover for leftover in unneeded if leftover.run == run]
        until = date(run.expires)
        running = "" if of_run[0].has_expired else f", which can run until {until}"
        say(f"Run {run.run_id}{running}:", err=True)
        for leftover in of_run:
            say(f"  {_line(leftover)}", err=True)
    if not ask(f"Remove this from {where}?"):
        say("Nothing was removed.", err=True)
        click.get_current_context().exit(1)


def _line(leftover: Leftover) -> str:
    return f"{leftover.kind:5}  {leftover.name}"


def _facts(leftover: Leftover) -> dict[str, str]:
    return {"kind": leftover.kind, "name": leftover.name, "run": leftover.run.run_id}


def _print_json(account: str, unneeded: Sequence[Leftover], failures: Container[Leftover]) -> None:
    removed = [_facts(leftover) for leftover in unneeded if leftover not in failures]
    failed = [_facts(leftover) for leftover in unneeded if leftover in failures]
    print_json({"account": account, "removed": removed, "failed": failed})


def _print(
    where: str,
    found: Sequence[Leftover],
    unneeded: Sequence[Leftover],
    failures: Container[Leftover],
) -> None:
    for leftover in unneeded:
        if leftover not in failures:
            say(f"Removed {_line(leftover)}  of run {leftover.run.run_id}")
    if needed := len(found) - len(unneeded):
        say(f"Not removed, because a run can still need them: {needed}.")
    if not found:
        say(f"There is nothing to remove in {where}.")
