"""``class``: the progress of each learner of a class."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.live import Live

from kmsdemo.account.many_callers import ManyCallers
from kmsdemo.cli.class_table import table
from kmsdemo.cli.options import json_option, sandbox_option
from kmsdemo.cli.output import print_json, say
from kmsdemo.learners import class_progress, hand_out
from kmsdemo.learners.audit_trail import OBSERVER
from kmsdemo.learners.check import check_account
from kmsdemo.learners.class_progress import ORDERS, in_order
from kmsdemo.learners.hand_out import HandOut
from kmsdemo.learners.progress import Progress

_POLL_SECONDS: Final = 2.0
_LOOKS_PER_PAGE: Final = 3
_PARALLEL_LOOKS: Final = 4


@click.command("class", short_help="Show the progress of each learner of a class.")
@click.argument("names", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--sort",
    "order",
    type=click.Choice(ORDERS),
    default="list",
    show_default=True,
    help="The order of the learners; progress shows first who is furthest, or finished first.",
)
@click.option("--csv", "as_csv", is_flag=True, help="Print a line for each learner, as CSV.")
@sandbox_option
@json_option
def classroom(names: Path, order: str, as_csv: bool, endpoint_url: str, as_json: bool) -> None:
    """Show the progress of each learner in the class list NAMES.

    Use the list of kmsdemo sandbox --class: the credentials of all learners are in a file next to
    it. On a terminal the table is updated until Ctrl-C, and shows one page of names after another
    if they do not fit; otherwise it is printed once.
    """
    if as_csv and as_json:
        raise click.UsageError("--csv cannot be combined with --json.")
    learners = hand_out.read(names).learners
    callers = ManyCallers(region=hand_out.REGION, endpoint_url=endpoint_url, application=OBSERVER)
    if sys.stdout.isatty() and not (as_csv or as_json):
        _watch(callers, learners, order)
        return
    results = in_order(dict(_look(callers, learners)), order)
    if as_json:
        print_json({name: progress.verdicts for name, progress in results.items() if progress})
    elif as_csv:
        click.echo(class_progress.as_csv(results), nl=False)
    else:
        Console(highlight=False).print(table(results))


def _look(callers: ManyCallers, learners: Sequence[HandOut]) -> Iterator[tuple[str, Progress]]:
    """Check all accounts, some at a time, and yield the progress of each."""
    names = [one.learner.name for one in learners]
    with ThreadPoolExecutor(_PARALLEL_LOOKS) as pool:
        yield from zip(names, pool.map(partial(_progress, callers), learners), strict=True)


def _progress(callers: ManyCallers, one: HandOut) -> Progress:
    with callers.clients(one.access_key_id, one.secret) as clients:
        return check_account(clients)


def _watch(callers: ManyCallers, learners: Sequence[HandOut], order: str) -> None:
    console = Console(highlight=False)
    with_marks = console.encoding.startswith("utf")
    results: dict[str, Progress] = {}
    try:
        with Live(console=console, auto_refresh=False) as screen:
            for look in count():
                for name, progress in _look(callers, learners):
                    results[name] = progress
                    shown, page = in_order(results, order), look // _LOOKS_PER_PAGE
                    screen.update(
                        table(shown, with_marks=with_marks, height=console.height, page=page)
                    )
                    screen.refresh()
                time.sleep(_POLL_SECONDS)
    except KeyboardInterrupt:
        say()
