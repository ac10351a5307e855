"""``encrypt``, ``decrypt``, ``items``: passwords go in, come out, and are looked at as stored."""

from __future__ import annotations

from typing import Any

import click

from kmsdemo import lab_key, vault
from kmsdemo.account.clients import connect
from kmsdemo.cipher import CIPHERS, Direct, Envelope, Plain
from kmsdemo.cli.options import json_option, key_option, read_password, table_option
from kmsdemo.cli.output import item_facts, item_line, print_json
from kmsdemo.vault import Vault


@click.command()
@click.argument("password", required=False, callback=read_password)
@click.option(
    "--plain",
    "cipher",
    flag_value=Plain.name,
    help="Store it as the lab's two scripts do: without encryption context.",
)
@click.option(
    "--envelope",
    "cipher",
    flag_value=Envelope.name,
    help="Encrypt it here, under a data key; AWS KMS never sees the password.",
)
@key_option
@table_option
@json_option
def encrypt(
    password: str, cipher: str | None, key_id: str | None, table_name: str, as_json: bool
) -> None:
    """Encrypt PASSWORD for a new user number.

    An argument is seen by ps and kept in the shell's history. With - it is read from standard
    input; without PASSWORD it is asked for and not shown. A password that begins with a dash
    goes after --.
    """
    passwords = _vault(key_id, table_name, cipher=CIPHERS[cipher or Direct.name])
    if not as_json:
        click.echo("-->> Encrypting your very secret password")
    appuser = passwords.store(password)
    if as_json:
        print_json({"appuser": appuser, "cipher": passwords.cipher.name, "table": table_name})
        return
    click.echo(f"A new encrypted password for user: {appuser} has been stored in DynamoDB")


@click.command()
@click.argument("appuser")
@key_option
@table_option
@json_option
def decrypt(appuser: str, key_id: str | None, table_name: str, as_json: bool) -> None:
    """Show the password of user number APPUSER.

    The key is always named to AWS KMS: a ciphertext under another key is refused.
    """
    passwords = _vault(key_id, table_name)
    if not as_json:
        click.echo(f"-->> Decrypting the very secret password for user: {appuser}")
    password = passwords.reveal(appuser)
    if as_json:
        print_json({"appuser": appuser, "password": password})
        return
    click.echo(f"Is this your decrypted password? -> {password}")


@click.command()
@table_option
@json_option
def items(table_name: str, as_json: bool) -> None:
    """List user numbers and their ciphertext."""
    stored = list(vault.items(connect().dynamodb, table_name))
    if as_json:
        print_json([item_facts(item) for item in stored])
        return
    for item in stored:
        click.echo(item_line(item))
    if not stored:
        click.echo(f"{table_name} is empty. Next: kmsdemo encrypt PASSWORD", err=True)


def _vault(key_id: str | None, table_name: str, **options: Any) -> Vault:
    clients = connect()
    key = key_id or lab_key.find(clients.kms).key_id
    return vault.Vault(clients.kms, clients.dynamodb, key, table_name=table_name, **options)
