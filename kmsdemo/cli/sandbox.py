"""``sandbox`` and ``sandbox advance``: runs AWS on this machine, and moves its clock."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from kmsdemo.account import environment
from kmsdemo.cli.options import sandbox_option
from kmsdemo.cli.output import date, say
from kmsdemo.learners import class_list
from kmsdemo.learners.class_list import Learner


@click.group(invoke_without_command=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=4566,
    show_default=True,
    help="The port; 0 selects a free one.",
)
@click.option(
    "--class",
    "names",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A class list, one name a line: each learner gets an account; their credentials are "
    "written to a file next to the list.",
)
@click.pass_context
def sandbox(ctx: click.Context, host: str, port: int, names: Path | None) -> None:
    """Run AWS KMS, DynamoDB, IAM and STS on this machine.

    AWS KMS answers as AWS documents it, with key states, waiting periods and key policies. The
    sandbox keeps nothing when it stops.

    An access key id of twelve digits selects the account with that number, so that each learner
    can have an account. An access key created with aws iam belongs to its IAM user. Every other
    access key belongs to the root user of account 123456789012.
    """
    if ctx.invoked_subcommand is None:
        _serve(host, port, names)


@sandbox.command()
@click.option("--days", type=click.FloatRange(min=0), required=True, help="The number of days.")
@sandbox_option
def advance(days: float, endpoint_url: str) -> None:
    """Move the clock of a running sandbox forward.

    The sandbox deletes keys whose waiting period ends.
    """
    from kmsdemo.sandbox.http import client  # noqa: PLC0415, moto only starts where it runs

    time = datetime.fromisoformat(client.advance(endpoint_url, days=days))
    say(f"In the sandbox it is now {date(time)}.")


def _serve(host: str, port: int, names: Path | None) -> None:
    from kmsdemo import console  # noqa: PLC0415, moto only starts where it runs
    from kmsdemo.sandbox.http.server import Server  # noqa: PLC0415

    learners = class_list.read(names) if names else []
    server = Server(host, port)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with environment.isolated({}), console.served_by(server, learners) as console_url:
        if names is None:
            say(_INSTRUCTIONS.format(url=server.url))
        else:
            _print_class_instructions(names, learners, server.url_for_others)
        say(f"Console: {console_url}")
        if not server.only_this_machine:
            say("Other machines can reach the sandbox, and every caller has full access.")
        server.serve()
    say("The sandbox has stopped; its data is deleted.")


def _print_class_instructions(names: Path, learners: Sequence[Learner], url: str) -> None:
    credentials = names.with_name(f"{names.stem}-credentials.csv")
    class_list.write_credentials(learners, url, credentials)
    say(f"The KMS sandbox of a class of {len(learners)} listens on {url}.")
    say(f"Give each learner their line of {credentials}.")
    say(f"Progress: kmsdemo class {names} --endpoint-url {url}")


_INSTRUCTIONS = """\
The KMS sandbox listens on {url} and stops with Ctrl-C. In another terminal:

bash, zsh:
  export AWS_ENDPOINT_URL={url}
  export AWS_DEFAULT_REGION=us-east-1 AWS_REGION=us-east-1
  export AWS_ACCESS_KEY_ID=123456789012 AWS_SECRET_ACCESS_KEY=sandbox

fish:
  set -x AWS_ENDPOINT_URL {url}
  set -x AWS_DEFAULT_REGION us-east-1; set -x AWS_REGION us-east-1
  set -x AWS_ACCESS_KEY_ID 123456789012; set -x AWS_SECRET_ACCESS_KEY sandbox

PowerShell:
  $env:AWS_ENDPOINT_URL = "{url}"
  $env:AWS_DEFAULT_REGION = "us-east-1"; $env:AWS_REGION = "us-east-1"
  $env:AWS_ACCESS_KEY_ID = "123456789012"; $env:AWS_SECRET_ACCESS_KEY = "sandbox"
"""
