"""``sandbox`` and ``sandbox advance``: runs AWS on this machine, and moves its clock."""

from __future__ import annotations

from contextlib import AbstractContextManager, closing, nullcontext
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kmsdemo import signals
from kmsdemo.account import environment
from kmsdemo.cli import next_step
from kmsdemo.cli.options import sandbox_option
from kmsdemo.cli.output import date, say
from kmsdemo.learners import hand_out
from kmsdemo.learners.hand_out import Classroom

if TYPE_CHECKING:
    from kmsdemo.sandbox.http.server import Server


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
    help="A class list, one name per line: each learner gets an account and a file with their "
    "credentials, written next to the list. All other credentials are rejected.",
)
@click.option(
    "--state",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Save everything in this file, and continue with it at the next start. It contains all "
    "keys and credentials, so only you can read it.",
)
@click.option(
    "--allow-origin",
    "origins",
    metavar="URL",
    multiple=True,
    help="Let web pages of this origin call the sandbox, such as http://localhost:3000. Requests "
    "from pages of other origins are rejected.",
)
@click.pass_context
def sandbox(
    ctx: click.Context,
    host: str,
    port: int,
    names: Path | None,
    state: Path | None,
    origins: tuple[str, ...],
) -> None:
    """Run AWS KMS, DynamoDB, IAM and STS on this machine.

    AWS KMS answers as AWS documents it, with key states, waiting periods and key policies. The
    sandbox keeps nothing when it stops, unless --state names a file.

    An access key id of twelve digits is the root user of the account with that number; any other
    made-up access key is the root user of account 123456789012. Access keys created with aws iam
    and sessions of aws sts belong to their users and roles, and their signatures are verified.
    """
    if ctx.invoked_subcommand is None:
        from kmsdemo.sandbox.http.server import Server  # noqa: PLC0415, moto only starts where it runs

        with closing(Server(host, port, origins)) as server:
            _serve(server, names, state)


@sandbox.command()
@click.option("--days", type=click.FloatRange(min=0), required=True, help="The number of days.")
@sandbox_option
def advance(days: float, endpoint_url: str) -> None:
    """Move the clock of a running sandbox forward.

    This moves the clock of the account that the AWS_… variables name. Without credentials, or with
    the instructor's in a class, it moves the clocks of all accounts. The sandbox deletes keys
    whose waiting period ends.
    """
    from kmsdemo.sandbox.http import client  # noqa: PLC0415, moto only starts where it runs

    time = client.advance(endpoint_url, days=days, credentials=environment.credentials())
    say(f"In the sandbox it is now {date(datetime.fromisoformat(time))}.")
    next_step.replace_with("kmsdemo check")


def _serve(server: Server, names: Path | None, state: Path | None) -> None:
    from kmsdemo import console  # noqa: PLC0415, moto only starts where it runs

    classroom = hand_out.prepare(names) if names else None
    signals.interrupt_when_terminated()
    with (
        environment.isolated({"NO_PROXY": "*"}),  # the console calls this sandbox only
        _only(classroom),
        _kept_in(state, classroom),
        console.served_by(server, classroom) as console_url,
    ):
        if names is None or classroom is None:
            say(_instructions(server.url))
        else:
            _print_class_instructions(names, classroom, server.url_for_others)
        say(f"Console: {console_url}")
        if not server.only_this_machine:
            say(_OTHER_MACHINES[classroom is not None])
        server.serve()
    say(f"The sandbox has stopped; its data is {f'in {state}' if state else 'deleted'}.")


_OTHER_MACHINES = {
    False: "Other machines can reach the sandbox, and every caller has full access.",
    True: "Other machines can reach the sandbox; it accepts only the credentials of the class.",
}


def _only(classroom: Classroom | None) -> AbstractContextManager[None]:
    """Accept only the credentials of the class, if there is one."""
    from kmsdemo.sandbox.access import access_keys  # noqa: PLC0415, moto only starts where it runs

    return access_keys.restricted_to(classroom.keys) if classroom else nullcontext()


def _kept_in(state: Path | None, classroom: Classroom | None) -> AbstractContextManager[None]:
    """Keep the state in a file, if there is one."""
    from kmsdemo.sandbox.state import keeping  # noqa: PLC0415, moto only starts where it runs

    learners = [one.learner for one in classroom.learners] if classroom else []
    owners = {learner.account_id: learner.name for learner in learners}
    return keeping.kept_in(state, owners) if state else nullcontext()


def _print_class_instructions(names: Path, classroom: Classroom, url: str) -> None:
    hand_out.write(classroom, names, url)
    say(f"The KMS sandbox of a class of {len(classroom.learners)} listens on {url}.")
    say(f"Give each learner their file in {hand_out.folder(names)}.")
    say(f"Progress: kmsdemo class {names} --endpoint-url {url}")


def _instructions(url: str) -> str:
    variables = {
        "AWS_ENDPOINT_URL": url,
        **environment.region_variables(hand_out.REGION),
        "AWS_ACCESS_KEY_ID": "123456789012",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
    }
    return (
        f"The KMS sandbox listens on {url} and stops with Ctrl-C. In another terminal:\n\n"
        f"{environment.to_paste(variables)}"
    )
