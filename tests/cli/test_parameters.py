"""Wrong input of a command: a number out of range, a missing path, a bad environment."""

from __future__ import annotations

import os
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from kmsdemo.cli import main
from kmsdemo.sandbox.http import server
from tests.cli.commands import line, parameters

NUMBERS = parameters(click.types.IntParamType, click.types.FloatParamType)
PATHS = parameters(click.Path)
TEXTS = parameters(click.types.StringParamType)
OUT_OF_RANGE = ["-1", "-1e9", "nan", "inf", "1e400", "9" * 30, "99999"]
is_superuser = hasattr(os, "geteuid") and os.geteuid() == 0
pytestmark = pytest.mark.usefixtures("account")


@pytest.fixture(autouse=True)
def _nothing_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """End a sandbox as soon as it listens."""
    monkeypatch.setattr(server.Server, "serve", server.Server.close)


def refused(*arguments: str) -> Result:
    """Run a command that cannot do its work, and says so."""
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code in (1, 2), result.output
    assert isinstance(result.exception, SystemExit)
    assert "Error: " in result.stderr
    return result


@pytest.mark.no_cover
@pytest.mark.parametrize("number", OUT_OF_RANGE)
@pytest.mark.parametrize(("name", "flag"), NUMBERS)
def test_a_number_out_of_range_is_refused(name: str, flag: str, number: str) -> None:
    CliRunner().invoke(main, ["setup"])
    refused(*line(name, f"{flag}={number}"))


@pytest.mark.parametrize("days", ["0", "-1", "6", "31", "9" * 30])
@pytest.mark.parametrize("name", ["schedule-deletion", "cleanup"])
def test_a_waiting_period_out_of_range_is_refused_as_one(name: str, days: str) -> None:
    CliRunner().invoke(main, ["setup"])
    assert "waiting period of 7 to 30 days" in refused(*line(name, f"--days={days}")).stderr


@pytest.mark.parametrize(
    ("name", "flag"), [one for one in TEXTS if one[1] in ("--key-id", "--table-name")]
)
def test_a_name_that_is_empty_means_no_default(name: str, flag: str) -> None:
    CliRunner().invoke(main, ["setup"])
    result = refused(*line(name, f"{flag}="))
    assert (result.exit_code, f"'{flag}': it is empty" in result.stderr) == (2, True)


def test_a_key_that_is_empty_is_wrong_usage() -> None:
    CliRunner().invoke(main, ["setup"])
    result = refused("rotate-to", "")
    assert result.exit_code == 2
    assert "Invalid length for parameter KeyId" in result.stderr


@pytest.mark.parametrize("port", ["-1", "65536", "many"])
def test_a_port_that_cannot_be_one_is_wrong_usage(port: str) -> None:
    assert refused("sandbox", "--port", port).exit_code == 2


def test_port_0_takes_a_free_one() -> None:
    result = CliRunner().invoke(main, ["sandbox", "--port", "0"])
    assert result.exit_code == 0
    assert "http://127.0.0.1:" in result.stdout


# ------------------------------------------------------------------------------------ paths


def with_path(name: str, flag: str, path: Path) -> list[str]:
    """Return the arguments of a command that is given a path."""
    return line(name, f"{flag}={path}") if flag else [name, str(path)]


@pytest.mark.parametrize(("name", "flag"), PATHS)
def test_a_path_in_no_folder_is_refused_and_makes_none(
    name: str, flag: str, tmp_path: Path
) -> None:
    folder = tmp_path / "none"
    refused(*with_path(name, flag, folder / "file"))
    assert not folder.exists()


@pytest.mark.parametrize(("name", "flag"), PATHS)
def test_a_folder_is_refused(name: str, flag: str, tmp_path: Path) -> None:
    refused(*with_path(name, flag, tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("name", "flag"), PATHS)
def test_a_name_that_is_too_long_is_refused(name: str, flag: str, tmp_path: Path) -> None:
    refused(*with_path(name, flag, tmp_path / ("x" * 1000)))


@pytest.mark.skipif(is_superuser, reason="root can write and read every file")
@pytest.mark.parametrize(("name", "flag"), PATHS)
def test_a_file_without_permission_is_refused(name: str, flag: str, tmp_path: Path) -> None:
    path = tmp_path / "mine"
    path.touch(mode=0o000)
    refused(*with_path(name, flag, path))


def test_a_report_that_cannot_be_written_is_refused_before_anything_runs(tmp_path: Path) -> None:
    result = refused("check", "--junit", str(tmp_path / "none" / "report.xml"))
    assert result.exit_code == 2
    assert "report.xml cannot be written: No such file or directory." in result.stderr


def test_a_transcript_never_replaces_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mine"
    path.write_text("mine")
    assert f"{path} already exists" in refused("lab", "--transcript", str(path)).stderr
    assert path.read_text() == "mine"


# ------------------------------------------------------------------------------ environment


@pytest.mark.parametrize("url", ["nonsense", "http://", "http://[::1", "http://localhost:99999"])
@pytest.mark.parametrize("name", ["setup", "items", "sandbox advance"])
def test_an_endpoint_that_is_no_url_is_refused(
    name: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    refused(*([name] if " " not in name else [*name.split(), "--days=1"]))


@pytest.mark.parametrize(
    "name",
    ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION"],
)
@pytest.mark.parametrize("character", ["\udce9", "\x1b", "\n"], ids=ascii)
@pytest.mark.parametrize("command", [["items"], line("sandbox advance")], ids=" ".join)
def test_a_variable_that_is_no_text_is_named_and_not_shown(
    command: list[str], name: str, character: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, f"hunter2{character}")
    error = refused(*command).stderr
    assert f"{name} contains a character that is not printable." in error
    assert "hunter2" not in error


def test_an_unknown_profile_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "none")
    assert "The config profile (none) could not be found" in refused("items").stderr


def test_a_current_folder_that_is_deleted_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "deleted"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    result = refused(
        "grade", "--encrypt=true {password} {key_id}", "--decrypt=true {appuser} {key_id}"
    )
    assert "The current folder has been deleted." in result.stderr
