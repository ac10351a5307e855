"""Runs a command in this process: it succeeds, or fails as commands do."""

from __future__ import annotations

import json
from typing import Any

from click.testing import CliRunner, Result

from kmsdemo.cli import main

SECRET = "correct horse battery staple"


def kmsdemo(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, arguments, input=stdin)


def succeed(*arguments: str, stdin: str | None = None) -> str:
    result = kmsdemo(*arguments, stdin=stdin)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def facts(*arguments: str) -> Any:
    return json.loads(succeed(*arguments, "--json"))


def fail(*arguments: str, stdin: str | None = None) -> list[str]:
    """Run a command that fails; return what happened and what to do."""
    result = kmsdemo(*arguments, stdin=stdin)
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    what, next_step = result.stderr.splitlines()
    return [what.removeprefix("Error: "), next_step]
