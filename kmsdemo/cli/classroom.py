"""``class``: the progress of each learner of a class."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, count, islice
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.live import Live

from kmsdemo.account.many_callers import ManyCallers
from kmsdemo.cli.class_table import table
from kmsdemo.cli.options import json_option, sandbox_option
from kmsdemo.cli.output import print_json, say
from kmsdemo.errors import EndpointUnreachable, KmsdemoError
from kmsdemo.learners import class_progress, hand_out
from kmsdemo.learners.audit_trail import OBSERVER
from kmsdemo.learners.check import check_account
from kmsdemo.learners.class_progress import ORDERS, in_order
from kmsdemo.learners.hand_out import HandOut
from kmsdemo.learners.progress import Progress
from kmsdemo.parallel import in_threads

_POLL_SECONDS: Final = 2.0
_CHECKS_PER_PAGE: Final = 3
_PARALLEL_CHECKS: Final = 4


@click.command("class", short_help="Show the progress of each learner of a class.")
@click.argument("names", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--sort",
    "order",
    type=click.Choice(ORDERS),
    default="list",
    show_default=True,
    help="The order of the learners; progress puts the furthest first, and of those who finished, "
    "the earliest.",
)
@click.option("--csv", "as_csv", is_flag=True, help="Print a line for each learner, as CSV.")
@sandbox_option
@json_option
def classroom(names: Path, order: str, as_csv: bool, endpoint_url: str, as_json: bool) -> None:
    """Show the progress of each learner in the class list NAMES.

    Use the list of kmsdemo sandbox --class: the credentials of all learners are in a file next to
    it. On a terminal the table is updated until Ctrl-C, and shows pages of names in turn if they do
    not fit; elsewhere it is printed once, and the exit code is 1 if an account cannot be read.
    """
    if as_csv and as_json:
        raise click.UsageError("--csv cannot be combined with --json.")
    learners = hand_out.read(names).learners
    callers = ManyCallers(region=hand_out.REGION, endpoint_url=endpoint_url, application=OBSERVER)
    if sys.stdout.isatty() and not (as_csv or as_json):
        _watch(callers, learners, order)
        return
    seen = _ClassResults()
    for name, found in _check(callers, learners):
        seen.add(name, found)
    _print(seen, order, as_csv=as_csv, as_json=as_json)
    for name, error in seen.failures.items():
        say(f"Error: {name}: {error}", err=True)
    if seen.failures:
        say("Their rows are empty. Run the command again to read them again.", err=True)
        click.get_current_context().exit(1)


_Found = Progress | KmsdemoError


@dataclass(frozen=True, slots=True)
class _ClassResults:
    """The latest progress of each learner, and why some accounts could not be read this time."""

    results: dict[str, Progress | None] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, found: _Found) -> None:
        if isinstance(found, KmsdemoError):
            self.results.setdefault(name, None)
            self.failures[name] = found.what
        else:
            self.results[name] = found
            self.failures.pop(name, None)


def _print(seen: _ClassResults, order: str, *, as_csv: bool, as_json: bool) -> None:
    results = in_order(seen.results, order)
    if as_json:
        errors = {name: {"error": what} for name, what in seen.failures.items()}
        print_json({name: one.verdicts if one else errors[name] for name, one in results.items()})
    elif as_csv:
        click.echo(class_progress.as_csv(results, seen.failures), nl=False)
    else:
        Console(highlight=False).print(table(results, seen.failures))


def _check(callers: ManyCallers, learners: Sequence[HandOut]) -> Iterator[tuple[str, _Found]]:
    """Check all accounts, some at a time, and yield the progress of each, or why there is none.

    Raises:
        EndpointUnreachable: None of the first calls is answered, so the others will not be either.
    """
    found = in_threads(partial(_progress, callers), learners, threads=_PARALLEL_CHECKS)
    first = list(islice(found, _PARALLEL_CHECKS))
    unreachable = [one for one in first if isinstance(one, EndpointUnreachable)]
    if len(unreachable) == len(first):
        raise unreachable[0]
    yield from zip((one.learner.name for one in learners), chain(first, found), strict=True)


def _progress(callers: ManyCallers, one: HandOut) -> _Found:
    with callers.clients(one.access_key_id, one.secret) as clients:
        try:
            return check_account(clients)
        except KmsdemoError as error:
            return error


def _watch(callers: ManyCallers, learners: Sequence[HandOut], order: str) -> None:
    console = Console(highlight=False)
    with_marks = console.encoding.startswith("utf")
    seen = _ClassResults()
    try:
        with Live(console=console, auto_refresh=False) as screen:
            for check in count():
                for name, found in _check(callers, learners):
                    seen.add(name, found)
                    shown, page = in_order(seen.results, order), check // _CHECKS_PER_PAGE
                    screen.update(
                        table(
                            shown,
                            seen.failures,
                            with_marks=with_marks,
                            height=console.height,
                            page=page,
                        )
                    )
                    screen.refresh()
                time.sleep(_POLL_SECONDS)
    except KeyboardInterrupt:
        say()
