"""``grade``: marks for a learner's own scripts."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from kmsdemo import errors
from kmsdemo.cli.findings import Findings
from kmsdemo.cli.options import json_option, junit_option
from kmsdemo.cli.output import print_json
from kmsdemo.finding import Finding


@click.command()
@click.option(
    "--encrypt",
    metavar="COMMAND",
    required=True,
    help="How your encrypt script is called, with {password} and {key_id}.",
)
@click.option(
    "--decrypt",
    metavar="COMMAND",
    required=True,
    help="How your decrypt script is called, with {appuser} and {key_id}.",
)
@junit_option
@json_option
def grade(encrypt: str, decrypt: str, junit: Path | None, as_json: bool) -> None:
    """Hold your own two scripts, in any language, to the text of the lab.

    \b
    For example, in the folder of the scripts:
      kmsdemo grade --encrypt 'node encrypt.js {password} {key_id}' \\
                    --decrypt 'node decrypt.js {appuser} {key_id}'

    They run in a copy of the current folder, with an empty home directory, against an AWS of
    their own: table demo-kms, partition key appuser. No shell is in between, so the
    placeholders need no quotes; where a script is run without arguments, the words with a
    placeholder are left out. A run may take 10 seconds, and all of them a minute.

    Exit codes: 0 full marks, 1 anything less, 2 the scripts cannot be called like this.
    """  # noqa: D301, click takes the paragraph after a backspace as it is written
    from kmsdemo.lab.grade import grade  # noqa: PLC0415, pytest only starts where it runs

    shown = Findings()
    if not as_json:
        click.echo("Running your scripts in a copy of this folder; it takes up to a minute.\n")
    try:
        findings = grade(
            encrypt, decrypt, junit=junit, when_found=_nothing if as_json else shown.add
        )
    except errors.CommandUnusable as error:
        raise click.UsageError(f"{error.what}\n{error.next_step}") from error
    score = sum(finding.verdict == "done" for finding in findings)
    if as_json:
        marks = {"score": score, "of": len(findings)}
        print_json({**marks, "findings": [asdict(finding) for finding in findings]})
    else:
        shown.end(_in_words(score, len(findings)))
    sys.exit(0 if score == len(findings) else 1)


def _nothing(_: Finding) -> None:
    """Say nothing until all is known."""


def _in_words(score: int, full: int) -> str:
    return f"{score} of {full}: full marks." if score == full else f"{score} of {full}."
