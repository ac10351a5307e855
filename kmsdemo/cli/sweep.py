"""``sweep``: removes the keys and tables of killed runs from an account."""

from __future__ import annotations

from collections.abc import Container, Sequence

import click

from kmsdemo.account.caller import identify
from kmsdemo.cli.options import json_option
from kmsdemo.cli.output import ask, date, print_json, progress, say
from kmsdemo.cli.slow_calls import connect
from kmsdemo.pluralize import pluralize
from kmsdemo.shared_account import leftovers
from kmsdemo.shared_account.leftovers import Leftover, Leftovers


@click.command()
@click.option("--run", "run_id", metavar="ID", help="Only the keys and tables of this run.")
@click.option(
    "--expired", is_flag=True, help="Only what no run can still need; for a scheduled job."
)
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@json_option
def sweep(run_id: str | None, expired: bool, yes: bool, as_json: bool) -> None:
    """Remove the keys and tables of killed test runs.

    Finds what runs (pytest --backend) left in the account and Region of your environment, lists
    it and asks for confirmation. Deletes tables and aliases, and schedules keys for deletion in
    7 days.

    A key is removed only if it has the tags of a run, was created during that run, has no alias but
    alias/demo-kms-..., and is in the record of the run, if this machine has it.
    """
    clients = connect(max_attempts=leftovers.MAX_ATTEMPTS)
    account = identify(clients.sts).account
    where = f"account {account}, Region {clients.kms.meta.region_name}"
    with progress("Finding keys and tables"):
        leftovers.check_permissions(clients)
        found = leftovers.find(clients, run_id)
    ours = [leftover for leftover in found.leftovers if not leftover.contradicts_record]
    unneeded = [leftover for leftover in ours if leftover.run.has_expired or not expired]
    _say_what_stays(found)
    if unneeded and not yes:
        _confirm(where, unneeded)
    with progress("Removing keys and tables"):
        failures = leftovers.remove(clients, unneeded)
    if as_json:
        _print_json(account, unneeded, failures)
    else:
        _print(where, ours, unneeded, failures)
    for failure in failures.values():
        say(f"Error: {failure}", err=True)
    if failures:
        click.get_current_context().exit(1)


def _confirm(where: str, unneeded: Sequence[Leftover]) -> None:
    for run in dict.fromkeys(leftover.run for leftover in unneeded):
        of_run = [leftover for leftover in unneeded if leftover.run == run]
        until = date(run.expires)
        running = "" if run.has_expired else f", which can run until {until}"
        say(f"Run {run.run_id}{running}:", err=True)
        for leftover in of_run:
            say(f"  {_line(leftover)}", err=True)
    if not ask(f"Remove this from {where}?"):
        say("Nothing was removed.", err=True)
        click.get_current_context().exit(1)


def _say_what_stays(found: Leftovers) -> None:
    reasons = found.of_others | {
        leftover.name: "the record of its run on this machine does not name it"
        for leftover in found.leftovers
        if leftover.contradicts_record
    }
    for name, reason in reasons.items():
        say(f"Not removed: {name} has the tags of a run, but {reason}.", err=True)
    if found.unread:
        unread = pluralize(len(found.unread), "key or table", "keys or tables")
        say(f"Not read, because access is denied: {unread}.", err=True)


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
