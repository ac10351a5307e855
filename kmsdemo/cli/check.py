"""``check``: how far the lab has come in an account, and what to do next."""

from __future__ import annotations

import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kmsdemo.cli.findings import Findings
from kmsdemo.cli.options import json_option, junit_option
from kmsdemo.cli.output import print_json, say
from kmsdemo.learners.finding import is_complete

if TYPE_CHECKING:
    from kmsdemo.learners.finding import Finding

_SECONDS_BETWEEN_LOOKS = 2.0


@click.command(short_help="Say which steps of the lab are done, and what is next.")
@click.option("--watch", is_flag=True, help="Look again as things change, until Ctrl-C.")
@junit_option
@json_option
def check(watch: bool, junit: Path | None, as_json: bool) -> None:
    """Say for each step of the lab whether it is done, and what to do next.

    Looks at the account that credentials, Region and endpoint of your environment name, and
    changes nothing. It needs to list and describe keys, aliases and tables and to scan the
    table; what only decrypting can tell is left out where you may not.

    Exit codes: 0 all is done, 1 something is left to do.
    """
    if watch and (as_json or junit):
        raise click.UsageError("--watch is for people; leave out --json and --junit.")
    if watch:
        _keep_looking()
        return
    from kmsdemo.learners.check import check_account  # noqa: PLC0415, pytest only starts where it runs

    findings = check_account(junit=junit)
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        _show(findings)
    sys.exit(0 if is_complete(findings) else 1)


def _keep_looking() -> None:
    from kmsdemo.learners.check import check_account  # noqa: PLC0415, pytest only starts where it runs

    before: list[Finding] = []
    try:
        while True:
            if (findings := check_account()) != before:
                click.clear()
                _show(findings)
                say("\nLooking again as things change; Ctrl-C ends it.")
                before = findings
            time.sleep(_SECONDS_BETWEEN_LOOKS)
    except KeyboardInterrupt:
        say()


def _show(findings: list[Finding]) -> None:
    shown = Findings()
    for finding in findings:
        shown.add(finding)
    shown.end(_next_step(findings))


def _next_step(findings: list[Finding]) -> str:
    if is_complete(findings):
        return "All is done: the lab is complete."
    left = [finding for finding in findings if finding.verdict == "not yet"]
    return f"Next, {left[0].step[:1].lower()}{left[0].step[1:]}: {left[0].next_step}"
