"""``kmsdemo …``: parses, calls, prints; decides nothing."""

from __future__ import annotations

import base64
import json
import signal
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import datetime
from typing import Any, TypeVar

import click
from rich.console import Console

from kmsdemo import backends, errors, keys, lab_key, table, vault
from kmsdemo.backends.clients import Clients, connect
from kmsdemo.cipher import Direct, Plain
from kmsdemo.keys import Key
from kmsdemo.vault import Item, Vault

_Command = TypeVar("_Command", bound=Callable[..., Any])
_SHOWN_CIPHERTEXT = 24


class Commands(click.Group):
    """A group whose commands end with an exit code and two lines instead of a stack trace."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of the lab."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; say in two lines what went wrong and what to do."""
        try:
            return super().invoke(ctx)
        except errors.KmsdemoError as error:
            click.echo(f"Error: {error.what}\n{error.next_step}", err=True)
            ctx.exit(1)
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

    Credentials, Region, profile and endpoint come from where every AWS program looks for
    them: AWS_ACCESS_KEY_ID, AWS_DEFAULT_REGION, AWS_PROFILE, AWS_ENDPOINT_URL, ~/.aws.

    Exit codes: 0 done, 1 failed (and said why), 2 wrong usage, 130 interrupted.
    """  # noqa: D301, click takes the paragraph after a backspace as it is written


_key_option = click.option(
    "--key-id",
    metavar="KEY",
    help="The key: key id, key ARN, alias or alias ARN. "
    "By default the one key whose alias begins with alias/demo-kms-.",
)
_table_option = click.option(
    "--table-name", metavar="TABLE", default=table.TABLE_NAME, show_default=True, help="The table."
)
_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for a program.")


def _days_option(default: int) -> Callable[[_Command], _Command]:
    return click.option(
        "--days",
        type=int,
        default=default,
        show_default=True,
        help="The waiting period: 7 to 30 days.",
    )


def _password(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str:
    if value == "-":
        typed = sys.stdin.buffer.read().decode(errors="surrogateescape")
        return typed.removesuffix("\n").removesuffix("\r")
    if value is not None:
        return value
    if not sys.stdin.isatty():
        raise click.UsageError("Give PASSWORD, or - to read it from standard input.")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))


@main.command()
@click.option("--alias", metavar="NAME", help="The key's alias; by default demo-kms- and 8 digits.")
@click.option("--description", default="The key of the KMS lab", show_default=True)
@click.option(
    "--key-administrator",
    "administrators",
    metavar="ARN",
    multiple=True,
    help="An IAM user or role that manages the key and does not use it. Repeatable.",
)
@click.option(
    "--key-user",
    "users",
    metavar="ARN",
    multiple=True,
    help="An IAM user or role that encrypts and decrypts with the key. Repeatable.",
)
@_table_option
@_json_option
def setup(
    alias: str | None,
    description: str,
    administrators: tuple[str, ...],
    users: tuple[str, ...],
    table_name: str,
    as_json: bool,
) -> None:
    """Create the KMS key and the DynamoDB table.

    The key is symmetric and encrypts and decrypts; the table is paid for on demand and its
    partition key is appuser. What is there already stays as it is: run it as often as you like.
    """
    clients = connect()
    with _progress("Creating the key and the table"):
        key, created = lab_key.ensure(
            clients.kms,
            alias=alias,
            description=description,
            administrators=administrators,
            users=users,
        )
        made = table.create(clients.dynamodb, table_name)
    aliases = keys.aliases(clients.kms, key.key_id)
    if as_json:
        _print_json({**_key_facts(key, aliases), "created": created, "table": made.name})
        return
    click.echo(f"Key    {key.key_id}  {', '.join(aliases)}{'' if created else '  (was there)'}")
    click.echo(f"Table  {made.name}")
    click.echo("Next:  kmsdemo encrypt PASSWORD")


@main.command()
@click.argument("password", required=False, callback=_password)
@click.option(
    "--plain",
    is_flag=True,
    help="Store it as the lab's two scripts do: without encryption context.",
)
@_key_option
@_table_option
@_json_option
def encrypt(password: str, plain: bool, key_id: str | None, table_name: str, as_json: bool) -> None:
    """Encrypt PASSWORD for a new user number.

    An argument is seen by ps and kept in the shell's history. With - it is read from standard
    input; without PASSWORD it is asked for and not shown. A password that begins with a dash
    goes after --.
    """
    cipher = Plain if plain else Direct
    passwords = _vault(key_id, table_name, cipher=cipher)
    if not as_json:
        click.echo("-->> Encrypting your very secret password")
    appuser = passwords.store(password)
    if as_json:
        _print_json({"appuser": appuser, "cipher": cipher.name, "table": table_name})
        return
    click.echo(f"A new encrypted password for user: {appuser} has been stored in DynamoDB")


@main.command()
@click.argument("appuser")
@_key_option
@_table_option
@_json_option
def decrypt(appuser: str, key_id: str | None, table_name: str, as_json: bool) -> None:
    """Show the password of user number APPUSER.

    The key is always named to AWS KMS: a ciphertext under another key is refused.
    """
    passwords = _vault(key_id, table_name)
    if not as_json:
        click.echo(f"-->> Decrypting the very secret password for user: {appuser}")
    password = passwords.reveal(appuser)
    if as_json:
        _print_json({"appuser": appuser, "password": password})
        return
    click.echo(f"Is this your decrypted password? -> {password}")


@main.command()
@_table_option
@_json_option
def items(table_name: str, as_json: bool) -> None:
    """List user numbers and their ciphertext."""
    stored = list(vault.items(connect().dynamodb, table_name))
    if as_json:
        _print_json([_item_facts(item) for item in stored])
        return
    for item in stored:
        click.echo(_item_line(item))
    if not stored:
        click.echo(f"{table_name} is empty. Next: kmsdemo encrypt PASSWORD", err=True)


@main.command()
@_key_option
@_table_option
@_json_option
def describe(key_id: str | None, table_name: str, as_json: bool) -> None:
    """Show the key, its state, and the table."""
    clients = connect()
    key = _key(clients, key_id)
    facts = _key_facts(key, keys.aliases(clients.kms, key.key_id))
    try:
        status = table.describe(clients.dynamodb, table_name).status
    except errors.TableNotFound:
        status = None
    if as_json:
        _print_json({**facts, "table": table_name, "table_status": status})
        return
    for name, value in facts.items():
        click.echo(f"{name.replace('_', ' '):14} {_in_words(value)}")
    click.echo(f"{'table':14} {table_name}, {status or 'does not exist'}")


@main.command("schedule-deletion")
@_days_option(30)
@_key_option
@_json_option
def schedule_deletion(days: int, key_id: str | None, as_json: bool) -> None:
    """Schedule the deletion of the key.

    From now on it encrypts and decrypts for no one.

    When the waiting period is over, AWS KMS deletes the key, and whatever is encrypted under
    it is lost for good. Until then, kmsdemo cancel-deletion brings it back.
    """
    clients = connect()
    key = _key(clients, key_id)
    deletion_date = keys.schedule_deletion(clients.kms, key.key_id, waiting_period_days=days)
    if as_json:
        _print_json({"key_id": key.key_id, "deletion_date": deletion_date})
        return
    click.echo(_will_be_deleted(key, deletion_date))
    click.echo(f"Until then: kmsdemo cancel-deletion --key-id {key.key_id}")


@main.command("cancel-deletion")
@_key_option
@_json_option
def cancel_deletion(key_id: str | None, as_json: bool) -> None:
    """Cancel the deletion; the key is disabled."""
    clients = connect()
    key = _key(clients, key_id, pending_deletion=True)
    keys.cancel_deletion(clients.kms, key.key_id)
    state = keys.describe(clients.kms, key.key_id).state
    if as_json:
        _print_json({"key_id": key.key_id, "state": state})
        return
    click.echo(f"The key {key.key_id} stays; it is {state.lower()}.")
    click.echo(f"To use it again: aws kms enable-key --key-id {key.key_id}")


@main.command()
@_days_option(30)
@click.option("--yes", is_flag=True, help="Do not ask.")
@_key_option
@_table_option
@_json_option
def cleanup(days: int, yes: bool, key_id: str | None, table_name: str, as_json: bool) -> None:
    """Delete the table, and the key in 30 days.

    All passwords in the table are gone at once; the key waits.

    What is gone already is no error: run it as often as you like.
    """
    clients = connect()
    key = keys.describe(clients.kms, key_id) if key_id else lab_key.in_use(clients.kms)
    if not yes:
        _confirm(f"Delete {f'the key {key.key_id} and ' if key else ''}the table {table_name}?")
    deletion_date = _doom(clients, key, days)
    with _progress("Deleting the table"):
        deleted = table.delete(clients.dynamodb, table_name)
    if as_json:
        doomed = {"key_id": key and key.key_id, "deletion_date": deletion_date}
        _print_json({**doomed, "table_deleted": deleted})
        return
    click.echo(_will_be_deleted(key, deletion_date) if key else "No key of the lab is in use.")
    click.echo(f"The table {table_name} {'is deleted' if deleted else 'did not exist'}.")


@main.group(invoke_without_command=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=4566, show_default=True, help="The port; 0 takes a free one.")
@click.pass_context
def sandbox(ctx: click.Context, host: str, port: int) -> None:
    """Start an AWS of your own on this machine.

    AWS KMS answers as AWS documents it: key states, waiting periods, key policies. DynamoDB,
    IAM and STS are there too. Nothing is kept when it stops. An access key id of twelve digits
    is the account of that number, so each learner can have one; anything else acts as the root
    of account 123456789012, and users and access keys made with aws iam are who they are.
    """
    if ctx.invoked_subcommand is None:
        _serve(host, port)


@sandbox.command()
@click.option("--days", type=click.FloatRange(min=0), required=True, help="How many days pass.")
@click.option(
    "--endpoint-url",
    envvar="AWS_ENDPOINT_URL",
    default="http://127.0.0.1:4566",
    show_default=True,
    help="The running sandbox.",
)
def advance(days: float, endpoint_url: str) -> None:
    """Let days pass in a running sandbox.

    Keys whose waiting period is over are gone for good.
    """
    from kmsdemo.sandbox import client  # noqa: PLC0415, moto only starts where it runs

    time = datetime.fromisoformat(client.advance(endpoint_url, days=days))
    click.echo(f"In the sandbox it is now {_date(time)}.")


@main.command()
@click.option(
    "--backend",
    type=click.Choice(backends.NAMES),
    default=backends.DEFAULT,
    show_default=True,
    help="Where AWS is; moto runs in this process and needs nothing.",
)
def lab(backend: str) -> None:
    """Run the whole lab, without any account."""
    click.echo("The KMS lab: encrypt a password before it travels to the database.")
    from kmsdemo.lab.narration import narrate  # noqa: PLC0415, pytest only starts where it runs

    sys.exit(narrate(backend, Console(highlight=False)))


def _serve(host: str, port: int) -> None:
    from kmsdemo.sandbox.server import Server  # noqa: PLC0415, moto only starts where it runs

    server = Server(host, port)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    click.echo(_HOW_TO_USE_IT.format(url=server.url))
    if not server.only_this_machine:
        click.echo("Other machines can reach it too, and whoever reaches it may do anything.")
    server.serve()
    click.echo("The sandbox has stopped; nothing of it is left.")


_HOW_TO_USE_IT = """\
The KMS sandbox listens on {url} and stops with Ctrl-C. In another terminal:

bash, zsh:
  export AWS_ENDPOINT_URL={url} AWS_DEFAULT_REGION=us-east-1
  export AWS_ACCESS_KEY_ID=123456789012 AWS_SECRET_ACCESS_KEY=sandbox

fish:
  set -x AWS_ENDPOINT_URL {url}; set -x AWS_DEFAULT_REGION us-east-1
  set -x AWS_ACCESS_KEY_ID 123456789012; set -x AWS_SECRET_ACCESS_KEY sandbox

PowerShell:
  $env:AWS_ENDPOINT_URL = "{url}"; $env:AWS_DEFAULT_REGION = "us-east-1"
  $env:AWS_ACCESS_KEY_ID = "123456789012"; $env:AWS_SECRET_ACCESS_KEY = "sandbox"
"""


def _key(clients: Clients, key_id: str | None, *, pending_deletion: bool = False) -> Key:
    if key_id is None:
        return lab_key.find(clients.kms, pending_deletion=pending_deletion)
    return keys.describe(clients.kms, key_id)


def _vault(key_id: str | None, table_name: str, **options: Any) -> Vault:
    clients = connect()
    key = key_id or _key(clients, None).key_id
    return vault.Vault(clients.kms, clients.dynamodb, key, table_name=table_name, **options)


def _doom(clients: Clients, key: Key | None, days: int) -> datetime | None:
    if key is None:
        return None
    try:
        return keys.schedule_deletion(clients.kms, key.key_id, waiting_period_days=days)
    except errors.KeyPendingDeletion as error:
        return error.deletion_date


def _confirm(question: str) -> None:
    if not click.confirm(question, err=True):
        click.echo("Nothing was deleted.", err=True)
        click.get_current_context().exit(1)


def _progress(what: str) -> AbstractContextManager[Any]:
    return Console(stderr=True).status(f"{what} …")


def _key_facts(key: Key, aliases: list[str]) -> dict[str, Any]:
    facts = asdict(key)
    return {"key_id": facts.pop("key_id"), "aliases": aliases, **facts}


def _item_facts(item: Item) -> dict[str, Any]:
    return {"appuser": item.appuser, "userpasswd": _base64(item), "cipher": item.cipher}


def _item_line(item: Item) -> str:
    blob = item.ciphertext_blob
    if blob is None:
        return f"{item.appuser}  no binary attribute userpasswd"
    return (
        f"{item.appuser}  {len(blob):4} bytes  {_base64(item)[:_SHOWN_CIPHERTEXT]}…  {item.cipher}"
    )


def _base64(item: Item) -> str:
    return base64.b64encode(item.ciphertext_blob or b"").decode()


def _will_be_deleted(key: Key, deletion_date: datetime | None) -> str:
    when = f"on {_date(deletion_date)}" if deletion_date else "after its last replica"
    return f"The key {key.key_id} will be deleted {when}."


def _in_words(value: str | list[str] | datetime | None) -> str:
    if isinstance(value, datetime):
        return _date(value)
    return (", ".join(value) if isinstance(value, list) else value) or "-"


def _date(moment: datetime) -> str:
    return moment.astimezone().strftime("%Y-%m-%d at %H:%M %Z")


def _print_json(facts: Any) -> None:
    click.echo(json.dumps(facts, indent=2, default=datetime.isoformat, ensure_ascii=False))
