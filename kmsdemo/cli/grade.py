"""``grade``: grades the two scripts of a learner."""

from __future__ import annotations

import math
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path

import click

from kmsdemo.cli import class_grades
from kmsdemo.cli.findings import FindingsPrinter
from kmsdemo.cli.options import json_option, junit_option
from kmsdemo.cli.output import print_json, progress, say
from kmsdemo.learners import junit as junit_report
from kmsdemo.learners import score
from kmsdemo.learners.errors import NotGraded
from kmsdemo.learners.finding import Finding
from kmsdemo.learners.score import Marks
from kmsdemo.learners.submission import isolation

_WHAT_IS_MISSING = (
    "Give --encrypt and --decrypt, or --all FOLDER; --csv and --feedback need --all FOLDER."
)


@click.command(short_help="Grade your own two scripts, in any language.")
@click.option(
    "--encrypt",
    metavar="COMMAND",
    help="The command line of your encrypt script, with {password} and {key_id}.",
)
@click.option(
    "--decrypt",
    metavar="COMMAND",
    help="The command line of your decrypt script, with {appuser} and {key_id}.",
)
@click.option("--strict", is_flag=True, help="Also require what is beyond the lab.")
@click.option(
    "--seconds-each",
    type=click.IntRange(1, 3600),
    default=10,
    show_default=True,
    help="Seconds that one run may compute, and seconds that it may wait.",
)
@click.option(
    "--seconds",
    type=click.IntRange(1, 36000),
    help="Seconds that all runs may take; by default, as long as they need.",
)
@click.option(
    "--all",
    "class_folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Grade each folder in this one, and continue where the last run ended.",
)
@click.option(
    "--csv",
    "csv_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="With --all, also write the table as CSV.",
)
@click.option(
    "--feedback",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="With --all, also write a page for each learner.",
)
@click.option(
    "--feedback-as",
    type=click.Choice(["md", "html"]),
    default="md",
    show_default=True,
    help="The format of these pages.",
)
@junit_option
@json_option
def grade(
    encrypt: str | None,
    decrypt: str | None,
    strict: bool,
    seconds_each: int,
    seconds: int | None,
    class_folder: Path | None,
    csv_file: Path | None,
    feedback: Path | None,
    feedback_as: str,
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

    With --all, the scripts of a learner are those named encrypt-passwd.* and decrypt-passwd.*,
    unless --encrypt and --decrypt say how to run them in each folder.

    Exit codes: 0 everything that the lab asks for is done, with --strict also what is beyond it; 1
    something is left to do; 2 a command line cannot be used; 3 not graded, because this machine is
    too busy.
    """  # noqa: D301, click takes the paragraph after a backspace as it is written
    for file in filter(None, (junit, csv_file)):
        junit_report.check_writable(file)
    if class_folder:
        limits = [f"--seconds-each={seconds_each}", *([f"--seconds={seconds}"] if seconds else [])]
        results = class_grades.grade(class_folder, encrypt, decrypt, limits, quiet=as_json)
        class_grades.write(results, csv_file, junit, feedback, feedback_as, strict=strict)
        class_grades.show(results, as_json)
        sys.exit(class_grades.exit_code(results, strict=strict))
    if csv_file or feedback or not (encrypt and decrypt):
        raise click.UsageError(_WHAT_IS_MISSING)
    findings = _run(as_json, encrypt, decrypt, seconds_each, seconds)
    marks = score.marks(findings)
    if junit:
        junit_report.write(junit, {"kmsdemo grade": findings}, strict=strict)
    _show(findings, marks, as_json)
    sys.exit(0 if marks.is_passed(strict=strict) else 1)


def _show(findings: list[Finding], marks: Marks, as_json: bool) -> None:
    if as_json:
        print_json({**asdict(marks), "findings": [asdict(finding) for finding in findings]})
    else:
        say(f"\n{marks}")


def _run(
    as_json: bool, encrypt: str, decrypt: str, seconds_each: int, seconds: int | None
) -> list[Finding]:
    from kmsdemo.learners.grade import grade  # noqa: PLC0415, pytest only starts where it runs

    graded = partial(
        grade, encrypt, decrypt, seconds_each=seconds_each, seconds=seconds or math.inf
    )
    if left_open := isolation.not_enforced():
        say(left_open, err=True)
    try:
        if as_json:
            with progress("Running your scripts"):
                return graded()
        say("Running your scripts in a copy of this folder.\n")
        return graded(when_found=FindingsPrinter().add)
    except NotGraded as error:
        say(f"Error: {error}", err=True)
        sys.exit(class_grades.NOT_GRADED)
