"""``schedule-deletion`` and ``cancel-deletion``: the key on its way out, and back."""

from __future__ import annotations

import click

from kmsdemo import keys, lab_key
from kmsdemo.account.clients import connect
from kmsdemo.cli.options import days_option, json_option, key_option
from kmsdemo.cli.output import print_json, will_be_deleted


@click.command("schedule-deletion")
@days_option(30)
@key_option
@json_option
def schedule_deletion(days: int, key_id: str | None, as_json: bool) -> None:
    """Schedule the deletion of the key.

    From now on it encrypts and decrypts for no one.

    When the waiting period is over, AWS KMS deletes the key, and whatever is encrypted under
    it is lost for good. Until then, kmsdemo cancel-deletion brings it back.
    """
    clients = connect()
    key = lab_key.named(clients.kms, key_id)
    deletion_date = keys.schedule_deletion(clients.kms, key.key_id, waiting_period_days=days)
    if as_json:
        print_json({"key_id": key.key_id, "deletion_date": deletion_date})
        return
    click.echo(will_be_deleted(key, deletion_date))
    click.echo(f"Until then: kmsdemo cancel-deletion --key-id {key.key_id}")


@click.command("cancel-deletion")
@key_option
@json_option
def cancel_deletion(key_id: str | None, as_json: bool) -> None:
    """Cancel the deletion; the key is disabled."""
    clients = connect()
    key = lab_key.named(clients.kms, key_id, pending_deletion=True)
    keys.cancel_deletion(clients.kms, key.key_id)
    state = keys.describe(clients.kms, key.key_id).state
    if as_json:
        print_json({"key_id": key.key_id, "state": state})
        return
    click.echo(f"The key {key.key_id} stays; it is {state.lower()}.")
    click.echo(f"To use it again: aws kms enable-key --key-id {key.key_id}")
