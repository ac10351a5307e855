"""``setup``, ``describe``, ``cleanup``: create, describe and delete the key and the table."""

from __future__ import annotations

from datetime import datetime

import click

from kmsdemo import errors, keys, lab_key, table
from kmsdemo.account.clients import Clients
from kmsdemo.cli import next_step
from kmsdemo.cli.options import days_option, json_option, key_option, table_option
from kmsdemo.cli.output import ask, in_words, key_facts, print_json, progress, say, will_be_deleted
from kmsdemo.cli.slow_calls import connect
from kmsdemo.keys import Key


@click.command()
@click.option(
    "--alias",
    metavar="NAME",
    help="The alias of the key; the default is demo-kms- and a random suffix.",
)
@click.option(
    "--description",
    metavar="TEXT",
    default="The key of the KMS lab",
    show_default=True,
    help="The description of the key.",
)
@click.option(
    "--key-administrator",
    "administrators",
    metavar="ARN",
    multiple=True,
    help="An IAM user or role that can manage the key, but not use it. Repeatable.",
)
@click.option(
    "--key-user",
    "users",
    metavar="ARN",
    multiple=True,
    help="An IAM user or role that can encrypt and decrypt with the key. Repeatable.",
)
@table_option
@json_option
def setup(
    alias: str | None,
    description: str,
    administrators: tuple[str, ...],
    users: tuple[str, ...],
    table_name: str,
    as_json: bool,
) -> None:
    """Create the KMS key and the DynamoDB table.

    The key is symmetric, to encrypt and decrypt. The table has the partition key appuser and
    on-demand capacity. An existing key or table is kept, so the command is safe to repeat.
    """
    clients = connect()
    with progress("Creating the key and the table"):
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
        print_json({**key_facts(key, aliases), "created": created, "table": made.name})
        return
    say(f"Key    {key.key_id}  {', '.join(aliases)}{'' if created else '  (already exists)'}")
    say(f"Table  {made.name}")


@click.command()
@key_option
@table_option
@json_option
def describe(key_id: str | None, table_name: str, as_json: bool) -> None:
    """Show the key, its state, and the table."""
    clients = connect()
    key = lab_key.named(clients.kms, key_id)
    facts = key_facts(key, keys.aliases(clients.kms, key.key_id))
    try:
        status = table.describe(clients.dynamodb, table_name).status
    except errors.TableNotFound:
        status = None
    if as_json:
        print_json({**facts, "table": table_name, "table_status": status})
        return
    for name, value in facts.items():
        say(f"{name.replace('_', ' '):14} {in_words(value)}")
    say(f"{'table':14} {table_name}, {status or 'does not exist'}")
    _tell_next_step(key, has_table=status is not None)


def _tell_next_step(key: Key, *, has_table: bool) -> None:
    if key.state == "Disabled":
        next_step.replace_with(f"kmsdemo enable --key-id {key.key_id}", 7)
    elif key.state == "PendingDeletion" and has_table:
        next_step.replace_with("kmsdemo cleanup", 8)
    elif key.state == "PendingDeletion":
        next_step.replace_with("kmsdemo check")
    elif not has_table:
        next_step.replace_with("kmsdemo setup", 2)


@click.command()
@days_option
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@key_option
@table_option
@json_option
def cleanup(days: int, yes: bool, key_id: str | None, table_name: str, as_json: bool) -> None:
    """Delete the table now, and the key in 30 days.

    The passwords in the table are deleted immediately; the key is pending deletion during its
    waiting period. The command is safe to repeat.
    """
    clients = connect()
    key = keys.describe(clients.kms, key_id) if key_id else lab_key.in_use(clients.kms)
    if not yes:
        _confirm(f"Delete {f'the key {key.key_id} and ' if key else ''}the table {table_name}?")
    deletion_date = _schedule_deletion(clients, key, days)
    with progress("Deleting the table"):
        deleted = table.delete(clients.dynamodb, table_name)
    if as_json:
        deleted_key = {"key_id": key and key.key_id, "deletion_date": deletion_date}
        print_json({**deleted_key, "table_deleted": deleted})
        return
    say(will_be_deleted(key, deletion_date) if key else "No key of the lab is in use.")
    say(f"The table {table_name} {'is deleted' if deleted else 'did not exist'}.")


def _schedule_deletion(clients: Clients, key: Key | None, days: int) -> datetime | None:
    if key is None:
        return None
    try:
        return keys.schedule_deletion(clients.kms, key.key_id, waiting_period_days=days)
    except errors.KeyPendingDeletion as error:
        return error.deletion_date


def _confirm(question: str) -> None:
    if not ask(question):
        say("Nothing was deleted.", err=True)
        click.get_current_context().exit(1)
