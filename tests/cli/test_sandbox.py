"""``kmsdemo sandbox``: what it prints, and whose credentials it accepts."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest
from botocore.credentials import Credentials
from click.testing import CliRunner, Result

from kmsdemo.cli import main
from kmsdemo.learners import hand_out
from kmsdemo.sandbox.access import access_keys
from kmsdemo.sandbox.access.access_keys import ClassKeys
from kmsdemo.sandbox.http import client
from kmsdemo.sandbox.http.server import Server
from kmsdemo.sandbox.state import keeping


@pytest.fixture(autouse=True)
def nothing_served(account: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each sandbox stop at once."""
    monkeypatch.setattr(Server, "serve", Server.close)


def run(*options: str) -> Result:
    result = CliRunner().invoke(main, ["sandbox", "--port=0", *options], catch_exceptions=False)
    assert (result.exit_code, result.stderr) == (0, "")
    return result


def test_it_prints_what_to_paste_and_where_its_console_is() -> None:
    printed = run().stdout
    found = re.match(r"The KMS sandbox listens on (http://127\.0\.0\.1:\d+) and stops", printed)
    assert found
    assert "bash, zsh:\n" in printed
    for line in (
        f"export AWS_ENDPOINT_URL={found[1]}",
        "export AWS_DEFAULT_REGION=us-east-1",
        "export AWS_REGION=us-east-1",
        "export AWS_ACCESS_KEY_ID=123456789012",
        "export AWS_SECRET_ACCESS_KEY=sandbox",
    ):
        assert f"  {line}\n" in printed
    assert printed.endswith(
        f"\nConsole: {found[1]}/console\nThe sandbox has stopped; its data is deleted.\n"
    )


def test_advance_moves_the_clock_of_the_account_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[object] = []

    def advance(url: str, *, days: float, credentials: Credentials) -> str:
        asked.extend([url, days, credentials.access_key])
        return "2030-06-13T09:00:00+00:00"

    monkeypatch.setattr(client, "advance", advance)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "111122223333")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    command = ["sandbox", "advance", "--days=8.5", "--endpoint-url=http://127.0.0.1:1"]
    result = CliRunner().invoke(main, command)
    assert (result.exit_code, result.stderr) == (0, "")
    assert asked == ["http://127.0.0.1:1", 8.5, "111122223333"]
    assert result.stdout.startswith("In the sandbox it is now 2030-06-13 at ")


def test_a_state_file_is_named_at_the_end(tmp_path: Path) -> None:
    state = tmp_path / "state"
    assert f"The sandbox has stopped; its data is in {state}.\n" in run(f"--state={state}").stdout
    assert state.exists()


@pytest.fixture
def names(tmp_path: Path) -> Path:
    """A class list."""
    path = tmp_path / "names.txt"
    path.write_text("Anna\nBen\n")
    return path


def test_a_class_is_told_where_its_hand_outs_are(names: Path) -> None:
    lines = run(f"--class={names}").stdout.splitlines()
    url = lines[0].rpartition(" ")[2].removesuffix(".")
    token = hand_out.read(names).instructor.console_token
    assert lines == [
        f"The KMS sandbox of a class of 2 listens on {url}.",
        f"Give each learner their file in {hand_out.folder(names)}.",
        f"Progress: kmsdemo class {names} --endpoint-url {url}",
        f"Console: {url}/console?token={token}",
        "The sandbox has stopped; its data is deleted.",
    ]
    assert len(list(hand_out.folder(names).iterdir())) == 3


@pytest.mark.parametrize(
    ("options", "owners"),
    [([], {}), (["--class"], {"200000000001": "Anna", "200000000002": "Ben"})],
    ids=["", "--class"],
)
def test_a_state_file_says_whose_each_account_is(
    names: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    owners: dict[str, str],
) -> None:
    kept: list[object] = []

    def kept_in(*given: object) -> AbstractContextManager[None]:
        kept[:] = given
        return nullcontext()

    monkeypatch.setattr(keeping, "kept_in", kept_in)
    run(f"--state={tmp_path / 'state'}", *(f"{option}={names}" for option in options))
    assert kept == [tmp_path / "state", owners]


@pytest.mark.parametrize(
    ("is_class", "text"),
    [
        (False, "Other machines can reach the sandbox, and every caller has full access."),
        (True, "Other machines can reach the sandbox; it accepts only the credentials of the c"),
    ],
)
def test_who_listens_to_other_machines_is_told_so(names: Path, is_class: bool, text: str) -> None:
    options = [f"--class={names}"] if is_class else []
    assert text in run("--host=0.0.0.0", *options).stdout
    assert "Other machines" not in run(*options).stdout


def test_of_a_class_only_its_own_credentials_are_accepted(
    names: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    restricted: list[object] = []
    restricted_to = access_keys.restricted_to

    def note(keys: ClassKeys) -> AbstractContextManager[None]:
        restricted.append(keys)
        return restricted_to(keys)

    monkeypatch.setattr(access_keys, "restricted_to", note)
    run()
    assert restricted == []
    run(f"--class={names}")
    assert restricted == [hand_out.read(names).keys]
