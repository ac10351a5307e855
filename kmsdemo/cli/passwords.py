"""``encrypt``, ``decrypt``, ``items``: encrypt a password, decrypt it, list the ciphertext."""

from __future__ import annotations

import sys
from typing import Any

import click

from kmsdemo import lab_key, vault
from kmsdemo.cipher import CIPHERS, Direct, Envelope, Plain
from kmsdemo.cli import next_step
from kmsdemo.cli.options import json_option, key_option, read_password, table_option
from kmsdemo.cli.output import item_facts, item_line, print_json, say
from kmsdemo.cli.slow_calls import connect
from kmsdemo.printable import printable
from kmsdemo.vault import Vault


@click.command()
@click.argument("password", required=False, callback=read_password)
@click.option(
    "--plain",
    "cipher",
    flag_value=Plain.name,
    help="Use no encryption context, like the two scripts of the lab.",
)
@click.option(
    "--envelope",
    "cipher",
    flag_value=Envelope.name,
    help="Use envelope encryption: AWS KMS never receives the password.",
)
@key_option
@table_option
@json_option
def encrypt(
    password: str, cipher: str | None, key_id: str | None, table_name: str, as_json: bool
) -> None:
    """Encrypt PASSWORD and store it in the table.

    An argument is visible in ps and in the history of the shell. With - the password is read
    from standard input; without PASSWORD the command prompts for it. Put -- before a password
    that begins with a dash.
    """
    passwords = _vault(key_id, table_name, cipher=CIPHERS[cipher or Direct.name])
    if not as_json:
        say("-->> Encrypting your very secret password")
    appuser = passwords.store(password)
    if as_json:
        print_json({"appuser": appuser, "cipher": passwords.cipher.name, "table": table_name})
        return
    say(f"A new encrypted password for user: {appuser} has been stored in DynamoDB")


@click.command()
@click.argument("appuser")
@key_option
@table_option
@json_option
def decrypt(appuser: str, key_id: str | None, table_name: str, as_json: bool) -> None:
    """Decrypt the password of user number APPUSER.

    The request names the key: AWS KMS rejects a ciphertext that is encrypted under another key.
    It accepts every cipher, and writes to standard error which one it was.
    """
    passwords = _vault(key_id, table_name)
    if not as_json:
        say(f"-->> Decrypting the very secret password for user: {printable(appuser)}")
    item = passwords.item(appuser)
    password = passwords.decrypt(item)
    if as_json:
        print_json({"appuser": appuser, "cipher": item.cipher, "password": password})
        return
    say(f"Cipher: {item.cipher}", err=True)
    shown = printable(password) if sys.stdout.isatty() else password
    # Without color=True, click removes what looks like a colour code in a password.
    click.echo(f"Is this your decrypted password? -> {shown}", color=True)


@click.command()
@table_option
@json_option
def items(table_name: str, as_json: bool) -> None:
    """List the user numbers and their ciphertext."""
    stored = list(vault.items(connect().dynamodb, table_name))
    if as_json:
        print_json([item_facts(item) for item in stored])
        return
    for item in stored:
        say(item_line(item))
    if not stored:
        say(f"{table_name} is empty.", err=True)
        next_step.replace_with("kmsdemo encrypt PASSWORD", 4)


def _vault(key_id: str | None, table_name: str, **options: Any) -> Vault:
    clients = connect()
    key = key_id or lab_key.find(clients.kms).key_id
    accepts = CIPHERS.values()
    return Vault(clients.kms, clients.dynamodb, key, table_name, accepts=accepts, **options)
