"""The group of all commands: how they end, and the help."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from kmsdemo import errors
from kmsdemo.cli import next_step, streams
from kmsdemo.cli.output import say
from kmsdemo.printable import printable

_SPACES = 4
_Row = click.Command | tuple[click.Command, ...]
_ROWS_OF_SEVERAL = {
    "import, export, rotate-to": "Many passwords: from and to CSV, to another key.",
    "cancel-deletion, enable": "Cancel the deletion; enable the key again.",
}


class Commands(click.Group):
    """A group whose commands end with an exit code and two lines instead of a stack trace."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._sections: dict[str, list[tuple[click.Command, ...]]] = {}

    def add_section(self, title: str, rows: Sequence[_Row]) -> None:
        """Add commands, which the help lists under a title, in their order.

        Args:
            rows: Commands; several that share a row of the help in a tuple.
        """
        self._sections[title] = [row if isinstance(row, tuple) else (row,) for row in rows]
        for commands in self._sections[title]:
            for command in commands:
                self.add_command(command)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of the lab."""
        return list(self.commands)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help on one page of a terminal with 24 rows: no row is blank."""
        self.format_usage(ctx, formatter)
        formatter.write(f"{self.help}\n")
        for title, rows in self._sections.items():
            formatter.write(f"{title}:\n")
            limit = formatter.width - max(len(_names(row)) for row in rows) - _SPACES
            with formatter.indentation():
                formatter.write_dl([_row(row, limit) for row in rows])
        formatter.write(f"{self.epilog}\n")

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run a command and exit; also where a stream is closed or full."""
        return streams.run(lambda: super(Commands, self).main(*args, **extra))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; say what comes next, or in two lines what went wrong and what to do."""
        try:
            result = super().invoke(ctx)
            next_step.say_it(ctx)
            return result
        except SystemExit as end:  # of a command with exit codes of its own
            if not end.code:
                next_step.say_it(ctx)
            raise
        except errors.KmsdemoError as error:
            say(f"Error: {error}", err=True)
            ctx.exit(2 if isinstance(error, errors.WrongUsage) else 1)
        except click.ClickException as error:
            error.message = printable(error.message, keep="\n")  # type: ignore[misc]
            raise
        except (KeyboardInterrupt, click.Abort):
            say("\nInterrupted.", err=True)
            ctx.exit(130)


def _row(commands: tuple[click.Command, ...], limit: int) -> tuple[str, str]:
    if len(commands) > 1:
        return _names(commands), _ROWS_OF_SEVERAL[_names(commands)]
    return _names(commands), commands[0].get_short_help_str(limit)


def _names(commands: tuple[click.Command, ...]) -> str:
    return ", ".join(str(command.name) for command in commands)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    options_metavar="[-h] [--version]",
    epilog="Set up as aws is. Exit codes: 0 success, 1 failure, 2 usage, 130 interrupted.",
)
@click.version_option(package_name="kmsdemo")
def main() -> None:
    """The KMS lab: encrypt passwords with AWS KMS and store them in DynamoDB."""
