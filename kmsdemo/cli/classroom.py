"""``class``: the progress of each learner of a class."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.live import Live

from kmsdemo.account.clients import Clients, connect
from kmsdemo.cli.class_table import Progress, in_order, print_csv, table
from kmsdemo.cli.options import json_option, sandbox_option
from kmsdemo.cli.output import print_json, say
from kmsdemo.learners import hand_out
from kmsdemo.learners.audit_trail import OBSERVER
from kmsdemo.learners.check import check_account
from kmsdemo.learners.finding import MARKS, WORDS, by_step
from kmsdemo.learners.hand_out import HandOut

_POLL_SECONDS: Final = 2.0
_LOOKS_PER_PAGE: Final = 3
_PARALLEL_LOOKS: Final = 4


@click.command("class", short_help="Show the progress of each learner of a class.")
@click.argument("names", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--sort",
    "order",
    type=click.Choice(["list", "name", "progress"]),
    default="list",
    show_default=True,
    help="The order of the learners; progress shows first who is furthest.",
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
    accounts = {
        one.learner.name: _clients(one, endpoint_url) for one in hand_out.read(names).learners
    }
    if sys.stdout.isatty() and not (as_csv or as_json):
        _watch(accounts, order)
        return
    results = in_order(dict(_look(accounts)), order)
    if as_json:
        print_json(results)
    elif as_csv:
        print_csv(results)
    else:
        Console(highlight=False).print(table(results, WORDS))


def _clients(one: HandOut, endpoint_url: str) -> Clients:
    return connect(
        access_key_id=one.access_key_id,
        secret_access_key=one.secret,
        region=hand_out.REGION,
        endpoint_url=endpoint_url,
        application=OBSERVER,
    )


def _look(accounts: Mapping[str, Clients]) -> Iterator[tuple[str, Progress]]:
    """Check all accounts, some at a time, and yield the progress of each."""
    with ThreadPoolExecutor(_PARALLEL_LOOKS) as pool:
        yield from zip(accounts, pool.map(_progress, accounts.values()), strict=True)


def _progress(clients: Clients) -> Progress:
    return by_step(check_account(clients))


def _watch(accounts: Mapping[str, Clients], order: str) -> None:
    console = Console(highlight=False)
    marks = MARKS if console.encoding.startswith("utf") else WORDS
    results: dict[str, Progress] = {}
    try:
        with Live(console=console, auto_refresh=False) as screen:
            for look in count():
                for name, progress in _look(accounts):
                    results[name] = progress
                    shown = in_order(results, order)
                    page = look // _LOOKS_PER_PAGE
                    screen.update(table(shown, marks, height=console.height, page=page))
                    screen.refresh()
                time.sleep(_POLL_SECONDS)
    except KeyboardInterrupt:
        say()
