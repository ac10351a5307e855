"""``schedule-deletion``, ``cancel-deletion`` and ``enable``: the deletion of the key."""

from __future__ import annotations

import click

from kmsdemo import dependents, errors, keys, lab_key
from kmsdemo.cli import next_step
from kmsdemo.cli.options import days_option, json_option, key_option, table_option
from kmsdemo.cli.output import print_json, say, will_be_deleted
from kmsdemo.cli.slow_calls import connect


@click.command("schedule-deletion")
@days_option
@click.option(
    "--force", is_flag=True, help="Schedule it even if items of the table depend on the key."
)
@key_option
@table_option
@json_option
def schedule_deletion(
    days: int, force: bool, key_id: str | None, table_name: str, as_json: bool
) -> None:
    """Schedule the deletion of the key.

    A key that is pending deletion cannot encrypt or decrypt.

    After the waiting period AWS KMS deletes the key, and everything encrypted under it is
    lost; so this fails while items of the table depend on the key. Until then, kmsdemo
    cancel-deletion cancels the deletion.
    """
    clients = connect()
    key = lab_key.named(clients.kms, key_id)
    lost: int | None = 0
    try:
        deletion_date = dependents.schedule_deletion(
            clients.kms, clients.dynamodb, key, table_name, waiting_period_days=days
        )
    except (errors.KeyInUse, errors.AccessDenied) as error:
        if not force:
            raise
        lost = error.items if isinstance(error, errors.KeyInUse) else None
        deletion_date = keys.schedule_deletion(clients.kms, key.key_id, waiting_period_days=days)
    if as_json:
        facts = {"key_id": key.key_id, "deletion_date": deletion_date, "items_lost": lost}
        print_json(facts)
        return
    say(will_be_deleted(key, deletion_date))
    if lost != 0:
        number = "unknown" if lost is None else f"{lost:,}"
        say(f"Items of {table_name} that are lost with it: {number}.")
    say(f"To cancel: kmsdemo cancel-deletion --key-id {key.key_id}")


@click.command("cancel-deletion")
@key_option
@json_option
def cancel_deletion(key_id: str | None, as_json: bool) -> None:
    """Cancel the deletion of the key, which is then disabled."""
    clients = connect()
    key = lab_key.named(clients.kms, key_id, pending_deletion=True)
    keys.cancel_deletion(clients.kms, key.key_id)
    state = keys.describe(clients.kms, key.key_id).state
    if as_json:
        print_json({"key_id": key.key_id, "state": state})
        return
    say(f"Cancelled. The key {key.key_id} is {state.lower()}.")
    next_step.replace_with(f"kmsdemo enable --key-id {key.key_id}", 7)


@click.command()
@key_option
@json_option
def enable(key_id: str | None, as_json: bool) -> None:
    """Enable a disabled key: it can encrypt and decrypt again."""
    clients = connect()
    key = lab_key.named(clients.kms, key_id)
    keys.enable(clients.kms, key.key_id)
    state = keys.describe(clients.kms, key.key_id).state
    if as_json:
        print_json({"key_id": key.key_id, "state": state})
        return
    say(f"The key {key.key_id} is {state.lower()}.")
