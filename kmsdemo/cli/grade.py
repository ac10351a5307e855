"""``grade``: marks for a learner's own scripts."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from kmsdemo.cli.findings import Findings
from kmsdemo.cli.options import json_option, junit_option
from kmsdemo.cli.output import print_json, progress
from kmsdemo.learners.finding import Finding


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
    findings = _run(encrypt, decrypt, junit, as_json)
    score = sum(finding.verdict == "done" for finding in findings)
    has_full_marks = score == len(findings)
    if as_json:
        marks = {"score": score, "of": len(findings)}
        print_json({**marks, "findings": [asdict(finding) for finding in findings]})
    else:
        click.echo(f"\n{score} of {len(findings)}{': full marks.' if has_full_marks else '.'}")
    sys.exit(0 if has_full_marks else 1)


def _run(encrypt: str, decrypt: str, junit: Path | None, as_json: bool) -> list[Finding]:
    from kmsdemo.learners.grade import grade  # noqa: PLC0415, pytest only starts where it runs

    if as_json:
        with progress("Running your scripts, up to a minute"):
            return grade(encrypt, decrypt, junit=junit)
    click.echo("Running your scripts in a copy of this folder; it takes up to a minute.\n")
    return grade(encrypt, decrypt, junit=junit, when_found=Findings().add)
