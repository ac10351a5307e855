"""How a command ends: its exit code, and what is said where it fails."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import click
import pytest
from click.testing import CliRunner, Result

from kmsdemo import errors
from kmsdemo.cli import main
from kmsdemo.learners.errors import CommandUnusable

Act = Callable[[], object]


@pytest.fixture
def run() -> Iterator[Callable[[Act], Result]]:
    """Run a command that does something, beside those that there are."""

    def run(act: Act) -> Result:
        main.add_command(click.Command("act", callback=act))
        return CliRunner().invoke(main, ["act"])

    yield run
    main.commands.pop("act", None)


def raising(error: BaseException) -> Act:
    def act() -> None:
        raise error

    return act


@pytest.mark.parametrize(
    ("act", "code", "said"),
    [
        (lambda: None, 0, ""),
        (lambda: sys.exit(0), 0, ""),
        (lambda: sys.exit(3), 3, ""),
        (
            raising(errors.KeyNotFound("k")),
            1,
            f"Error: {errors.KeyNotFound('k').what}\n{errors.KeyNotFound('k').next_step}\n",
        ),
        (
            raising(CommandUnusable("x\x1b", "it is no program")),
            2,
            "Error: The command x\\x1b cannot be used: it is no program.\n"
            f"{CommandUnusable('', '').next_step}\n",
        ),
        (raising(click.UsageError("no\x1b\nno")), 2, "Error: no\\x1b\nno\n"),
        (raising(KeyboardInterrupt()), 130, "\nInterrupted.\n"),
        (raising(click.Abort()), 130, "\nInterrupted.\n"),
    ],
    ids=["well", "0", "3", "an error", "wrong usage", "click's", "Ctrl-C", "an end of input"],
)
def test_a_command_ends_with_its_exit_code_and_says_why(
    run: Callable[[Act], Result], act: Act, code: int, said: str
) -> None:
    result = run(act)
    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr.endswith(said)
    assert bool(result.stderr) == bool(said)


def test_commands_are_in_the_order_of_the_help_and_others_after_them(
    run: Callable[[Act], Result],
) -> None:
    run(lambda: None)
    context = click.Context(main)
    names = main.list_commands(context)
    assert names[-1] == "act"
    assert [main.get_command(context, name).name for name in names] == names  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["fly", ""])
def test_a_command_that_does_not_exist_is_none(name: str) -> None:
    assert main.get_command(click.Context(main), name) is None
