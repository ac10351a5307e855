"""The group of all commands: how each of them ends, and what ``kmsdemo --help`` teaches."""

from __future__ import annotations

from typing import Any

import click

from kmsdemo import errors
from kmsdemo.cli import streams


class Commands(click.Group):
    """A group whose commands end with an exit code and two lines instead of a stack trace."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of the lab."""
        return list(self.commands)

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run a command and exit; also where a stream is closed or full."""
        return streams.run(lambda: super(Commands, self).main(*args, **extra))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; say in two lines what went wrong and what to do."""
        try:
            return super().invoke(ctx)
        except errors.KmsdemoError as error:
            click.echo(f"Error: {error}", err=True)
            ctx.exit(2 if isinstance(error, errors.WrongUsage) else 1)
        except (KeyboardInterrupt, click.Abort):
            click.echo("\nInterrupted.", err=True)
            ctx.exit(130)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kmsdemo")
def main() -> None:
    """Encrypt passwords with AWS KMS and keep them in DynamoDB: the KMS lab.

    The lab, in its order:

    \b
      kmsdemo setup                 create the KMS key and the table
      kmsdemo encrypt PASSWORD      encrypt a password and store it
      kmsdemo items                 look at the ciphertext
      kmsdemo decrypt APPUSER       get the password back
      kmsdemo schedule-deletion     the key serves no one from now on ...
      kmsdemo cancel-deletion       ... unless you change your mind
      kmsdemo cleanup               key and table go

    or all of it at once, explained and without any account: kmsdemo lab

    To do it by hand, kmsdemo shell has an AWS of its own; kmsdemo check says how far you are,
    and kmsdemo grade marks two scripts of your own.

    Credentials, Region, profile and endpoint come from where every AWS program looks for
    them: AWS_ACCESS_KEY_ID, AWS_DEFAULT_REGION, AWS_PROFILE, AWS_ENDPOINT_URL, ~/.aws.

    Exit codes: 0 done, 1 failed (and said why), 2 wrong usage, 130 interrupted.
    """  # noqa: D301, click takes the paragraph after a backspace as it is written
