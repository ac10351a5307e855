"""``sandbox`` and ``sandbox advance``: an AWS of one's own, and its clock."""

from __future__ import annotations

import signal
from collections.abc import Collection
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path

import click

from kmsdemo.account import environment
from kmsdemo.cli.options import sandbox_option
from kmsdemo.cli.output import date
from kmsdemo.learners import hand_out
from kmsdemo.learners.hand_out import Classroom


@click.group(invoke_without_command=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=4566, show_default=True, help="The port; 0 takes a free one.")
@click.option(
    "--class",
    "names",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A class list, one name a line: each gets an account; what to hand out to them is "
    "written beside it, and nobody else is let in.",
)
@click.option(
    "--allow-origin",
    "origins",
    metavar="URL",
    multiple=True,
    help="A web page of this origin may call the sandbox, such as http://localhost:3000. Others "
    "may not, whoever opens them.",
)
@click.pass_context
def sandbox(
    ctx: click.Context, host: str, port: int, names: Path | None, origins: tuple[str, ...]
) -> None:
    """Start an AWS of your own on this machine.

    AWS KMS answers as AWS documents it: key states, waiting periods, key policies. DynamoDB,
    IAM and STS are there too. Nothing is kept when it stops. An access key id of twelve digits
    is the root of the account of that number, and any other made-up one that of 123456789012;
    users, access keys and sessions made with aws iam and aws sts are who they are.
    """
    if ctx.invoked_subcommand is None:
        _serve(host, port, names, origins)


@sandbox.command()
@click.option("--days", type=click.FloatRange(min=0), required=True, help="How many days pass.")
@sandbox_option
def advance(days: float, endpoint_url: str) -> None:
    """Let days pass in a running sandbox.

    They pass in the account that the AWS_… variables name, and in all accounts where they name
    none or, in a class, name the instructor. Keys whose waiting period is over are gone for good.
    """
    from kmsdemo.sandbox.http import client  # noqa: PLC0415, moto only starts where it runs

    time = client.advance(endpoint_url, days=days, credentials=environment.credentials())
    click.echo(f"In the sandbox it is now {date(datetime.fromisoformat(time))}.")


def _serve(host: str, port: int, names: Path | None, origins: Collection[str]) -> None:
    from kmsdemo import console  # noqa: PLC0415, moto only starts where it runs
    from kmsdemo.sandbox.http.server import Server  # noqa: PLC0415

    server = Server(host, port, origins)
    classroom = hand_out.prepare(names) if names else None
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with (
        environment.only({}),
        _only(classroom),
        console.served_by(server, classroom) as console_url,
    ):
        if names is None or classroom is None:
            click.echo(_how_to_use_it(server.url))
        else:
            _open_class(names, classroom, server.url_for_others)
        click.echo(f"To look at what is in it: {console_url}")
        if not server.only_this_machine:
            click.echo(_WHO_ELSE[classroom is not None])
        server.serve()
    click.echo("The sandbox has stopped; nothing of it is left.")


_WHO_ELSE = {
    False: "Other machines can reach it too, and whoever reaches it may do anything.",
    True: "Other machines can reach it too; only the class is let in.",
}


def _only(classroom: Classroom | None) -> AbstractContextManager[None]:
    """Let in only the class, if there is one."""
    from kmsdemo.sandbox.access import access_keys  # noqa: PLC0415, moto only starts where it runs

    return access_keys.only(classroom.keys) if classroom else nullcontext()


def _open_class(names: Path, classroom: Classroom, url: str) -> None:
    hand_out.write(classroom, names, url)
    click.echo(f"The KMS sandbox of a class of {len(classroom.learners)} listens on {url}.")
    click.echo(f"Hand out to each their file in {hand_out.folder(names)}.")
    click.echo(f"How far everybody is: kmsdemo class {names} --endpoint-url {url}")


def _how_to_use_it(url: str) -> str:
    variables = {
        "AWS_ENDPOINT_URL": url,
        **environment.of_region(hand_out.REGION),
        "AWS_ACCESS_KEY_ID": "123456789012",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
    }
    return (
        f"The KMS sandbox listens on {url} and stops with Ctrl-C. In another terminal:\n\n"
        f"{environment.to_paste(variables)}"
    )
