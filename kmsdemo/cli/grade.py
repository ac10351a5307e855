"""``grade``: grades the two scripts of a learner."""

from __future__ import annotations

import math
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path

import click

from kmsdemo.cli.findings import FindingsPrinter
from kmsdemo.cli.options import json_option, junit_option
from kmsdemo.cli.output import print_json, progress, say
from kmsdemo.learners import junit as junit_report
from kmsdemo.learners import score
from kmsdemo.learners.errors import NotGraded
from kmsdemo.learners.finding import Finding
from kmsdemo.learners.submission import isolation

_NOT_GRADED = 3


@click.command(short_help="Grade your own two scripts, in any language.")
@click.option(
    "--encrypt",
    metavar="COMMAND",
    required=True,
    help="The command line of your encrypt script, with {password} and {key_id}.",
)
@click.option(
    "--decrypt",
    metavar="COMMAND",
    required=True,
    help="The command line of your decrypt script, with {appuser} and {key_id}.",
)
@click.option("--strict", is_flag=True, help="Ask also for what is beyond the lab.")
@click.option(
    "--seconds-each",
    type=click.IntRange(1, 3600),
    default=10,
    show_default=True,
    help="How long one run may compute, and how long it may wait.",
)
@click.option(
    "--seconds",
    type=click.IntRange(1, 36000),
    help="How long all runs may take; by default, as long as they need.",
)
@junit_option
@json_option
def grade(
    encrypt: str,
    decrypt: str,
    strict: bool,
    seconds_each: int,
    seconds: int | None,
    junit: Path | None,
    as_json: bool,
) -> None:
    """Grade your own two scripts, in any language, with the scenarios of the lab.

    \b
    For example, in the folder of the scripts:
      kmsdemo grade --encrypt 'node encrypt.js {password} {key_id}' \\
                    --decrypt 'node decrypt.js {appuser} {key_id}'

    The scripts run in copies of the current folder, with an empty home directory, in a new
    sandbox with the table demo-kms. They run without a shell, so placeholders need no quotes;
    for a run without arguments, the words with a placeholder are left out. A run may compute
    for 10 seconds, and wait for 10; on a slow or busy machine, longer.

    Exit codes: 0 all that the lab asks, with --strict also what is beyond it; 1 less; 2 a
    command line cannot be used; 3 not graded, because this machine is too busy.
    """  # noqa: D301, click takes the paragraph after a backspace as it is written
    if junit:
        junit_report.check_writable(junit)
    try:
        findings = _run(as_json, encrypt, decrypt, seconds_each, seconds)
    except NotGraded as error:
        say(f"Error: {error}", err=True)
        sys.exit(_NOT_GRADED)
    marks = score.marks(findings)
    if junit:
        junit_report.write(junit, {"kmsdemo grade": findings}, strict=strict)
    if as_json:
        print_json({**asdict(marks), "findings": [asdict(finding) for finding in findings]})
    else:
        say(f"\n{marks}")
    sys.exit(0 if marks.is_passed(strict=strict) else 1)


def _run(
    as_json: bool, encrypt: str, decrypt: str, seconds_each: int, seconds: int | None
) -> list[Finding]:
    from kmsdemo.learners.grade import grade  # noqa: PLC0415, pytest only starts where it runs

    graded = partial(
        grade, encrypt, decrypt, seconds_each=seconds_each, seconds=seconds or math.inf
    )
    if left_open := isolation.not_enforced():
        say(left_open, err=True)
    if as_json:
        with progress("Running your scripts"):
            return graded()
    say("Running your scripts in a copy of this folder.\n")
    return graded(when_found=FindingsPrinter().add)
