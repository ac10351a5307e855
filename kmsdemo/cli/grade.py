"""``grade``: grades the two scripts of a learner."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from kmsdemo.cli.findings import FindingsPrinter
from kmsdemo.cli.options import json_option, junit_option
from kmsdemo.cli.output import print_json, progress, say
from kmsdemo.learners.finding import Finding


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
@click.option(
    "--seconds-each",
    type=click.IntRange(1, 3600),
    default=10,
    show_default=True,
    help="The time limit for one run.",
)
@click.option(
    "--seconds",
    type=click.IntRange(1, 3600),
    default=50,  # with our own start and the last script that is stopped, less than a minute
    show_default=True,
    help="The time limit for all runs.",
)
@junit_option
@json_option
def grade(
    encrypt: str,
    decrypt: str,
    seconds_each: int,
    seconds: int,
    junit: Path | None,
    as_json: bool,
) -> None:
    """Grade your own two scripts, in any language, with the scenarios of the lab.

    \b
    For example, in the folder of the scripts:
      kmsdemo grade --encrypt 'node encrypt.js {password} {key_id}' \\
                    --decrypt 'node decrypt.js {appuser} {key_id}'

    The scripts run in a copy of the current folder, with an empty home directory, in a new
    sandbox with the table demo-kms. They run without a shell, so placeholders need no quotes;
    for a run without arguments, the words with a placeholder are left out. By default, a
    run takes at most 10 seconds, and all runs at most a minute.

    Exit codes: 0 full marks, 1 fewer marks, 2 a command line cannot be used.
    """  # noqa: D301, click takes the paragraph after a backspace as it is written
    findings = _run(
        as_json,
        encrypt=encrypt,
        decrypt=decrypt,
        seconds_each=seconds_each,
        seconds=seconds,
        junit=junit,
    )
    score = sum(finding.verdict == "done" for finding in findings)
    has_full_marks = score == len(findings)
    if as_json:
        marks = {"score": score, "of": len(findings)}
        print_json({**marks, "findings": [asdict(finding) for finding in findings]})
    else:
        say(f"\n{score} of {len(findings)}{': full marks.' if has_full_marks else '.'}")
    sys.exit(0 if has_full_marks else 1)


def _run(as_json: bool, **options: Any) -> list[Finding]:
    from kmsdemo.learners.grade import grade  # noqa: PLC0415, pytest only starts where it runs

    if as_json:
        with progress("Running your scripts, up to a minute"):
            return grade(**options)
    say("Running your scripts in a copy of this folder; it takes up to a minute.\n")
    return grade(**options, when_found=FindingsPrinter().add)
