"""Options that several commands share: what their help says, and where a password comes from."""

from __future__ import annotations

import click.testing
import pytest
from click.testing import CliRunner, Result

from kmsdemo.cli import main
from tests.cli.commands import NAMES, all_commands

PASSWORD = "correct horse battery staple"
pytestmark = pytest.mark.usefixtures("account")


@pytest.mark.parametrize("name", NAMES)
def test_an_option_with_a_default_shows_it(name: str) -> None:
    options = (one for one in dict(all_commands())[name].params if isinstance(one, click.Option))
    given = {one.opts[0]: one.show_default for one in options if has_default(one)}
    assert [option for option, is_shown in given.items() if not is_shown] == []


def has_default(option: click.Option) -> bool:
    takes_one_value = not (option.is_flag or option.multiple)
    return takes_one_value and isinstance(option.default, int | float | str)


@pytest.mark.parametrize(
    "option",
    [
        "--endpoint-url URL",
        "--emulator NAME",
        "--aws-account ID",
        "--aws-settle SECONDS",
        "--aws-in-ci ",
    ],
)
def test_an_option_of_a_backend_says_what_it_takes(option: str) -> None:
    printed = CliRunner().invoke(main, ["lab", "--help"]).stdout
    assert f"  {option}" in printed


@pytest.fixture
def _at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let standard input be a terminal."""
    stream = click.testing._NamedTextIOWrapper
    monkeypatch.setattr(stream, "isatty", lambda self: self.name == "<stdin>", raising=False)


def encrypt(*typed: str) -> Result:
    CliRunner().invoke(main, ["setup"])
    return CliRunner().invoke(main, ["encrypt"], input="".join(f"{line}\n" for line in typed))


@pytest.mark.usefixtures("_at_a_terminal")
def test_a_password_is_asked_for_twice_and_not_shown() -> None:
    result = encrypt(PASSWORD, PASSWORD)
    assert result.exit_code == 0
    assert "has been stored in DynamoDB" in result.stdout
    assert result.stderr.split("\n")[:2] == ["Password: ", "Repeat for confirmation: "]
    assert PASSWORD not in result.output


@pytest.mark.usefixtures("_at_a_terminal")
def test_two_passwords_that_differ_are_asked_for_again() -> None:
    result = encrypt(PASSWORD, "another", PASSWORD, PASSWORD)
    assert result.exit_code == 0
    assert result.stderr.count("Password: ") == 2
