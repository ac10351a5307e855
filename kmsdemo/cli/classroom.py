"""``class``: the progress of each learner of a class."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click
from rich import box
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from kmsdemo.account import environment
from kmsdemo.cli.findings import STYLES
from kmsdemo.cli.options import json_option, sandbox_option
from kmsdemo.cli.output import print_json, say
from kmsdemo.learners import hand_out
from kmsdemo.learners.check import check_account
from kmsdemo.learners.finding import MARKS, WORDS, Verdict, by_step
from kmsdemo.learners.hand_out import HandOut
from kmsdemo.printable import printable

_POLL_SECONDS = 2.0

# The verdict on each step of the lab.
Progress = Mapping[str, Verdict]


@click.command("class", short_help="Show the progress of each learner of a class.")
@click.argument("names", type=click.Path(dir_okay=False, path_type=Path))
@sandbox_option
@json_option
def classroom(names: Path, endpoint_url: str, as_json: bool) -> None:
    """Show the progress of each learner in the class list NAMES.

    Use the list of kmsdemo sandbox --class: the credentials of all learners are in a file next to
    it. On a terminal the table is updated until Ctrl-C; otherwise it is
    printed once.
    """
    learners = hand_out.read(names).learners
    if as_json:
        print_json(dict(_progress_of(learners, endpoint_url)))
    elif sys.stdout.isatty():
        _watch(learners, endpoint_url)
    else:
        Console(highlight=False).print(_table(dict(_progress_of(learners, endpoint_url)), WORDS))


def _watch(learners: Sequence[HandOut], endpoint_url: str) -> None:
    console = Console(highlight=False)
    marks = MARKS if console.encoding.startswith("utf") else WORDS
    results: dict[str, Progress] = {}
    try:
        with Live(console=console, auto_refresh=False) as screen:
            while True:
                for name, progress in _progress_of(learners, endpoint_url):
                    results[name] = progress
                    screen.update(_table(results, marks), refresh=True)
                time.sleep(_POLL_SECONDS)
    except KeyboardInterrupt:
        say()


def _progress_of(learners: Sequence[HandOut], endpoint_url: str) -> Iterator[tuple[str, Progress]]:
    for one in learners:
        with environment.isolated(one.environment(endpoint_url)):
            yield one.learner.name, by_step(check_account())


def _table(results: Mapping[str, Progress], marks: Mapping[Verdict, str]) -> Table:
    steps = list(next(iter(results.values())))
    table = Table(box=box.SIMPLE_HEAD, caption=", ".join(steps), caption_justify="left")
    table.add_column("learner", no_wrap=True)
    for step in steps:
        table.add_column(step.partition(".")[0])
    for name, progress in results.items():
        cells = [Text(marks[verdict], style=STYLES[verdict]) for verdict in progress.values()]
        table.add_row(Text(printable(name)), *cells)
    return table
