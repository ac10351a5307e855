"""``kmsdemo check`` as a learner has it: beside a sandbox, until the lab is complete."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from kmsdemo.account.clients import Clients
from tests.learners import accounts
from tests.subprocesses import ROOT, environment, run_in_terminal, run_python


def check(aws_environment: Mapping[str, str], *options: str, **more: str) -> Any:
    variables = {**aws_environment, **more}
    return run_python("-m", "kmsdemo", "check", *options, variables=variables)


def test_an_unreachable_endpoint_is_reported_in_two_lines(
    aws_environment: Mapping[str, str],
) -> None:
    finished = check(aws_environment, AWS_ENDPOINT_URL="http://127.0.0.1:1")
    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr.startswith("Error: AWS cannot be reached")
    assert len(finished.stderr.splitlines()) == 2


def test_it_needs_no_pytest_which_takes_a_second_to_start() -> None:
    code = "import sys, kmsdemo.cli.check; print(*sys.modules)"
    loaded = run_python("-c", code, starts_anew=True).stdout.split()
    assert "kmsdemo.learners.check" in loaded
    assert [name for name in loaded if name.startswith(("pytest", "moto"))] == []


@pytest.mark.thorough
def test_whoever_follows_its_hints_does_the_whole_lab(
    aws_environment: Mapping[str, str], clients: Clients, tmp_path: Path
) -> None:
    for path in (ROOT / "examples").glob("*.py"):
        shutil.copy(path, tmp_path)
    here = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    variables = environment(**aws_environment, PATH=here)
    for _ in range(8):
        finished = check(aws_environment, "--hint")
        if finished.returncode == 0:
            break
        _, _, hint = finished.stdout.partition("\nbash:\n")
        script = hint.partition("\nPowerShell:")[0]
        subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", script],  # noqa: S607
            cwd=tmp_path,
            env=variables,
            check=True,
            capture_output=True,
        )
    assert finished.stdout.endswith("8 of 8: the lab is complete.\n"), finished.stdout


def test_watch_repeats_the_check_until_ctrl_c(
    clients: Clients, aws_environment: Mapping[str, str]
) -> None:
    def answer(printed: str) -> str:
        if "There are no tables" in printed and printed.count("press Ctrl-C to stop") == 1:
            accounts.table_without_items(clients)
        is_seen = printed.count("press Ctrl-C to stop") == 2 and "^C" not in printed
        return "\x03" if is_seen else ""

    command = ("-m", "kmsdemo", "check", "--watch")
    code, printed = run_in_terminal(*command, answer=answer, variables=aws_environment)
    assert code == 0
    assert "Found: The table demo-kms is empty." in printed
    assert "Traceback" not in printed
