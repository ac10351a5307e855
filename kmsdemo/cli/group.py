"""The group of all commands: how they end, and the help."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from kmsdemo import errors
from kmsdemo.cli import core_dumps, next_step, streams
from kmsdemo.cli.output import say
from kmsdemo.printable import printable

_NEW_OBJECTS = 5_000
"""How many are made before garbage is collected; 700 by default. Each call to AWS leaves three."""


class Commands(click.Group):
    """A group whose commands end with an exit code and two lines instead of a stack trace."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._sections: dict[str, list[tuple[str, str]]] = {}
        self._modules: dict[str, str] = {}

    def add_section(self, title: str, rows: Mapping[str, tuple[str, str]]) -> None:
        """Add commands, which the help lists under a title, in their order.

        Args:
            rows: By name of the command, or names with commas between: the module in this folder
                that defines it, and what the help says. A command is imported at its first use.
        """
        self._sections[title] = [(names, text) for names, (_, text) in rows.items()]
        for names, (module, _) in rows.items():
            self._modules.update(dict.fromkeys(names.split(", "), f"{__package__}.{module}"))

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands in the order of the lab."""
        return [*self._modules, *self.commands.keys() - self._modules]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, imported now if it was not used before."""
        if cmd_name in self._modules and cmd_name not in self.commands:
            module = import_module(self._modules[cmd_name])
            every = (value for value in vars(module).values() if isinstance(value, click.Command))
            self.add_command(next(one for one in every if one.name == cmd_name))
        return super().get_command(ctx, cmd_name)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help on one page of a terminal with 24 rows: no row is blank."""
        self.format_usage(ctx, formatter)
        formatter.write(f"{self.help}\n")
        for title, rows in self._sections.items():
            formatter.write(f"{title}:\n")
            with formatter.indentation():
                formatter.write_dl(rows)
        formatter.write(f"{self.epilog}\n")

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run a command and exit; also where a stream is closed or full."""
        core_dumps.switch_off()
        # Reading the models of AWS's services makes much and drops little: by default, collecting
        # garbage takes a tenth of the time of a command.
        gc.set_threshold(_NEW_OBJECTS)
        return streams.run(lambda: super(Commands, self).main(*args, **extra))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; say what comes next, or in two lines what went wrong and what to do."""
        try:
            result = super().invoke(ctx)
            next_step.announce(ctx)
            return result
        except SystemExit as end:  # of a command with exit codes of its own
            if not end.code:
                next_step.announce(ctx)
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


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    options_metavar="[-h] [--version]",
    epilog="Set up like aws. Exit codes: 0 success, 1 failure, 2 usage, 130 interrupted.",
)
@click.version_option(package_name="kmsdemo")
def main() -> None:
    """The KMS lab: encrypt passwords with AWS KMS and store them in DynamoDB."""
