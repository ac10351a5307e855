"""``check``: the progress of the lab in an account, and what to do next."""

from __future__ import annotations

import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kmsdemo.cli.findings import FindingsPrinter
from kmsdemo.cli.options import json_option, junit_option
from kmsdemo.cli.output import print_json, say
from kmsdemo.learners.finding import is_complete

if TYPE_CHECKING:
    from kmsdemo.learners.finding import Finding

_POLL_SECONDS = 2.0


@click.command(short_help="Check which steps of the lab are done.")
@click.option("--watch", is_flag=True, help="Repeat the check until Ctrl-C.")
@junit_option
@json_option
def check(watch: bool, junit: Path | None, as_json: bool) -> None:
    """Check which steps of the lab are done, and say what to do next.

    Checks the account of the credentials, Region and endpoint in your environment, and changes
    nothing. It needs permission to list and describe keys, aliases and tables and to scan the
    table. Without permission to decrypt, it does not check the ciphertext.

    Exit codes: 0 the lab is complete, 1 something is left to do.
    """
    if watch and (as_json or junit):
        raise click.UsageError("--watch cannot be combined with --json or --junit.")
    if watch:
        _watch()
        return
    from kmsdemo.learners.check import check_account  # noqa: PLC0415, pytest only starts where it runs

    findings = check_account(junit=junit)
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        _show(findings)
    sys.exit(0 if is_complete(findings) else 1)


def _watch() -> None:
    from kmsdemo.learners.check import check_account  # noqa: PLC0415, pytest only starts where it runs

    previous: list[Finding] = []
    try:
        while True:
            if (findings := check_account()) != previous:
                click.clear()
                _show(findings)
                say("\nUpdated when the account changes; press Ctrl-C to stop.")
                previous = findings
            time.sleep(_POLL_SECONDS)
    except KeyboardInterrupt:
        say()


def _show(findings: list[Finding]) -> None:
    printer = FindingsPrinter()
    for finding in findings:
        printer.add(finding)
    printer.end(_next_step(findings))


def _next_step(findings: list[Finding]) -> str:
    if is_complete(findings):
        return "The lab is complete."
    left = [finding for finding in findings if finding.verdict == "not yet"]
    return f"Next, {left[0].step[:1].lower()}{left[0].step[1:]}: {left[0].next_step}"
