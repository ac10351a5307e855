"""``class``: how far everybody is."""

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
from kmsdemo.cli.output import print_json
from kmsdemo.learners import hand_out
from kmsdemo.learners.finding import MARKS, WORDS, Verdict, by_step
from kmsdemo.learners.hand_out import HandOut

_SECONDS_BETWEEN_LOOKS = 2.0

# A learner's verdict on each step of the lab.
Progress = Mapping[str, Verdict]


@click.command("class")
@click.argument("names", type=click.Path(dir_okay=False, path_type=Path))
@sandbox_option
@json_option
def classroom(names: Path, endpoint_url: str, as_json: bool) -> None:
    """Show how far each learner of the class list NAMES is, step by step.

    The list is the one that kmsdemo sandbox --class was started with, which wrote everybody's
    credentials beside it. On a terminal it looks again as things change, until Ctrl-C; elsewhere
    it looks once.
    """
    learners = hand_out.read(names).learners
    if as_json:
        print_json(dict(_look(learners, endpoint_url)))
    elif sys.stdout.isatty():
        _keep_looking(learners, endpoint_url)
    else:
        Console(highlight=False).print(_table(dict(_look(learners, endpoint_url)), WORDS))


def _keep_looking(learners: Sequence[HandOut], endpoint_url: str) -> None:
    console = Console(highlight=False)
    marks = MARKS if console.encoding.startswith("utf") else WORDS
    known: dict[str, Progress] = {}
    try:
        with Live(console=console, auto_refresh=False) as screen:
            while True:
                for name, progress in _look(learners, endpoint_url):
                    known[name] = progress
                    screen.update(_table(known, marks), refresh=True)
                time.sleep(_SECONDS_BETWEEN_LOOKS)
    except KeyboardInterrupt:
        click.echo()


def _look(learners: Sequence[HandOut], endpoint_url: str) -> Iterator[tuple[str, Progress]]:
    from kmsdemo.learners.check import look  # noqa: PLC0415, pytest only starts where it runs

    for learner in learners:
        with environment.only(learner.environment(endpoint_url)):
            yield learner.learner.name, by_step(look())


def _table(known: Mapping[str, Progress], marks: Mapping[Verdict, str]) -> Table:
    steps = list(next(iter(known.values())))
    table = Table(box=box.SIMPLE_HEAD, caption=", ".join(steps), caption_justify="left")
    table.add_column("learner", no_wrap=True)
    for step in steps:
        table.add_column(step.partition(".")[0])
    for name, progress in known.items():
        cells = [Text(marks[verdict], style=STYLES[verdict]) for verdict in progress.values()]
        table.add_row(Text(name), *cells)
    return table
