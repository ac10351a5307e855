"""Whole programs whose streams are closed, full, or without a reader."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.subprocesses import TIME_LIMIT_SECONDS, environment

# On the same disk, Python would write compiled modules: cut short, without a word (seen in 3.13 and
# before), and the next program that imports one ends in an EOFError.
DISK_OF = "export PYTHONDONTWRITEBYTECODE=1; ulimit -f"
NEEDS_ALL = "--encrypt 'true {password} {key_id}' --decrypt 'true {appuser} {key_id}'"
AN_ACCOUNT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
}


def ends(command: str, folder: Path) -> tuple[int, str]:
    """Run a line of bash with ``kmsdemo`` in it; return its exit code, and its errors."""
    line = f'set -o pipefail; kmsdemo() {{ "{sys.executable}" -m kmsdemo "$@"; }}; {command}'
    finished = subprocess.run(
        ["bash", "-c", line],  # noqa: S607
        env=environment(**AN_ACCOUNT),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        timeout=TIME_LIMIT_SECONDS,
        check=False,
    )
    return finished.returncode, finished.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize(
    "command", ["lab", f"grade {NEEDS_ALL}", "sandbox --port 0", "show encrypt"]
)
def test_a_full_disk_is_named(command: str, tmp_path: Path) -> None:
    assert ends(f"kmsdemo {command} >/dev/full", tmp_path) == (
        1,
        "Error: standard output: No space left on device.\n",
    )


@pytest.mark.parametrize("command", ["lab", "show encrypt"])
def test_closed_output_is_named(command: str, tmp_path: Path) -> None:
    assert ends(f"kmsdemo {command} >&-", tmp_path) == (
        1,
        "Error: standard output: Bad file descriptor.\n",
    )


@pytest.mark.parametrize("plain", ["", pytest.param("--plain", marks=pytest.mark.thorough)])
def test_a_disk_that_becomes_full_ends_the_lesson(plain: str, tmp_path: Path) -> None:
    assert ends(f"{DISK_OF} 4; kmsdemo lab {plain} >lesson", tmp_path) == (
        1,
        "Error: standard output: File too large.\n",
    )


@pytest.mark.thorough
def test_a_disk_that_becomes_full_ends_the_grading(tmp_path: Path) -> None:
    assert ends(f"{DISK_OF} 1; kmsdemo grade {NEEDS_ALL} >marks", tmp_path) == (
        1,
        "Error: standard output: File too large.\n",
    )


@pytest.mark.thorough
def test_a_transcript_on_a_disk_that_becomes_full_ends_the_lesson(tmp_path: Path) -> None:
    code, errors = ends(f"{DISK_OF} 4; kmsdemo lab --transcript lesson.md", tmp_path)
    assert (code, errors) == (1, "Error: lesson.md: File too large.\n")


@pytest.mark.parametrize("command", [pytest.param("lab", marks=pytest.mark.thorough), "lab 7"])
def test_where_nobody_reads_on_it_ends_without_a_word(command: str, tmp_path: Path) -> None:
    assert ends(f"kmsdemo {command} | head -1", tmp_path) == (1, "")


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("decrypt", 2),
        pytest.param("items", 1, marks=pytest.mark.thorough),
        ("show encrypt", 0),
        pytest.param("check", 1, marks=pytest.mark.thorough),
    ],
)
@pytest.mark.parametrize("closed", ["2>&-", "2>&- <&-", "2>/dev/full"])
def test_messages_that_nobody_reads_change_no_exit_code(
    command: str, code: int, closed: str, tmp_path: Path
) -> None:
    assert ends(f"kmsdemo {command} {closed}", tmp_path)[0] == code


@pytest.mark.parametrize(
    "command",
    [
        "encrypt",
        pytest.param("encrypt -", marks=pytest.mark.thorough),
        "lab --pace",
        pytest.param("cleanup", marks=pytest.mark.thorough),
    ],
)
def test_closed_input_leaves_no_traceback(command: str, tmp_path: Path) -> None:
    code, errors = ends(f"kmsdemo {command} <&-", tmp_path)
    assert code in (1, 2)
    assert "Traceback" not in errors
