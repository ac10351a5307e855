"""What ``kmsdemo lab`` refuses before the lesson starts, and what a shell completes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from click.shell_completion import BashComplete
from click.testing import CliRunner

from kmsdemo.cli import main
from tests.subprocesses import free_port


def refused(*options: str, code: int = 2, **variables: str) -> str:
    """Run the command, which does not start the lesson, and return the error."""
    result = CliRunner().invoke(main, ["lab", *options], env=variables)
    assert result.exit_code == code, result.output
    return result.stderr


def test_the_backend_endpoint_needs_a_url() -> None:
    assert "--endpoint-url http://" in refused("--backend=endpoint")


def test_an_unknown_emulator_is_reported(aws_environment: Mapping[str, str]) -> None:
    url = f"--endpoint-url={aws_environment['AWS_ENDPOINT_URL']}"
    printed = refused("--backend=endpoint", url, "--emulator=moon")
    assert "choose one of: localstack, ministack." in printed


def test_an_invalid_localstack_host_is_reported() -> None:
    printed = refused("--backend=localstack", code=1, LOCALSTACK_HOST="a:b")
    assert "LOCALSTACK_HOST: could not parse a:b" in printed


def test_an_unreachable_localstack_is_reported_with_the_command_that_starts_it() -> None:
    nowhere = f"127.0.0.1:{free_port()}"
    printed = refused("--backend=localstack", code=1, LOCALSTACK_HOST=nowhere)
    assert nowhere in printed
    assert "docker compose up --wait" in printed


def test_an_unknown_backend_is_a_usage_error() -> None:
    backends = "'mars' is not one of 'aws', 'endpoint', 'localstack', 'moto'"
    assert backends in refused("--backend", "mars")


@pytest.mark.parametrize("password", ["short", "é" * 2049])
def test_a_password_that_is_too_short_or_too_long_is_a_usage_error(password: str) -> None:
    printed = refused("--password", password)
    assert "--password takes 6 to 4,096 bytes" in printed
    assert password not in printed


def test_a_password_that_is_not_utf_8_is_a_usage_error() -> None:
    assert "--password is not valid UTF-8 text." in refused("--password", "hunter2\udcff")


def test_a_transcript_overwrites_nothing(tmp_path: Path) -> None:
    kept = tmp_path / "kept.md"
    kept.write_text("dear")
    assert "already exists; choose another name." in refused("--transcript", str(kept))
    assert kept.read_text() == "dear"


def test_an_unknown_step_is_a_usage_error(tmp_path: Path) -> None:
    transcript = tmp_path / "lab.md"
    printed = refused("encypt", f"--transcript={transcript}")
    assert "The lesson has no step or topic encypt.\nChoose one of create-the-key, " in printed
    assert not transcript.exists()


def test_pace_needs_a_keyboard() -> None:
    assert "--pace needs a keyboard" in refused("--pace")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["decrypt", "--deeper"], "--deeper cannot be combined with STEP"),
        (["--notes", "--deeper"], "--deeper cannot be combined with STEP, --resume or --notes"),
        (["--resume"], "--resume needs --pace"),
    ],
)
def test_options_that_do_not_belong_together_are_a_usage_error(
    options: list[str], reason: str
) -> None:
    assert reason in refused(*options)


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        (["lab", "de"], ["decrypt-the-password", "delete-the-table"]),
        (["lab", "--deeper", "enc"], ["encrypt", "encryption_context"]),
        (["lab", "x"], []),
    ],
)
def test_the_shell_completes_steps_and_topics(words: list[str], completed: list[str]) -> None:
    *before, beginning = words
    complete = BashComplete(main, {}, "kmsdemo", "_KMSDEMO_COMPLETE")
    found = [item.value for item in complete.get_completions(before, beginning)]
    assert found == completed
