"""Accounts of learners, each in one state."""

from __future__ import annotations

import base64
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from kmsdemo import errors, keys, table
from kmsdemo.account.clients import Clients, connect
from kmsdemo.cipher import Plain
from kmsdemo.learners import hand_out
from kmsdemo.vault import Vault, items

if TYPE_CHECKING:
    from kmsdemo.keys import Key
    from kmsdemo.learners.hand_out import HandOut

PASSWORD = "correct horse battery staple"

Prepare = TypeVar("Prepare", bound=Callable[[Clients], object])
ACCOUNTS: dict[str, Callable[[Clients], object]] = {}


def of(one: HandOut, url: str) -> Clients:
    """Return the clients of a learner of a class, whose sandbox is at a URL."""
    return connect(
        access_key_id=one.access_key_id,
        secret_access_key=one.secret,
        region=hand_out.REGION,
        endpoint_url=url,
    )


def account(prepare: Prepare) -> Prepare:
    ACCOUNTS[prepare.__name__] = prepare
    return prepare


def ready(clients: Clients) -> Key:
    table.create(clients.dynamodb)
    return keys.create(clients.kms)


def put(clients: Clients, **attributes: Any) -> None:
    clients.dynamodb.put_item(
        TableName=table.TABLE_NAME, Item={"appuser": {"S": "12345"}, **attributes}
    )


@account
def empty(_: Clients) -> None:
    pass


@account
def key_without_alias(clients: Clients) -> None:
    clients.kms.create_key()
    table.create(clients.dynamodb)


@account
def alias_without_suffix(clients: Clients) -> None:
    table.create(clients.dynamodb)
    key_id = clients.kms.create_key()["KeyMetadata"]["KeyId"]
    clients.kms.create_alias(AliasName="alias/demo-kms", TargetKeyId=key_id)


@account
def asymmetric_key(clients: Clients) -> None:
    made = clients.kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    key_id = made["KeyMetadata"]["KeyId"]
    clients.kms.create_alias(AliasName="alias/demo-kms-1", TargetKeyId=key_id)
    table.create(clients.dynamodb)


@account
def two_keys(clients: Clients) -> None:
    ready(clients)
    keys.create(clients.kms)


@account
def partition_key_with_capitals(clients: Clients) -> None:
    keys.create(clients.kms)
    clients.dynamodb.create_table(
        TableName=table.TABLE_NAME,
        AttributeDefinitions=[{"AttributeName": "AppUser", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "AppUser", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )


@account
def table_with_another_name(clients: Clients) -> None:
    keys.create(clients.kms)
    table.create(clients.dynamodb, "demo-kms2")


@account
def table_without_items(clients: Clients) -> None:
    ready(clients)


@account
def password_as_text(clients: Clients) -> None:
    ready(clients)
    put(clients, userpasswd={"S": "cGFzc3dvcmQ="})


@account
def another_attribute(clients: Clients) -> None:
    ready(clients)
    put(clients, userpassword={"B": b"\x01\x02"})


@account
def password_itself(clients: Clients) -> None:
    ready(clients)
    put(clients, userpasswd={"B": PASSWORD.encode()})


@account
def password_in_base64(clients: Clients) -> None:
    ready(clients)
    put(clients, userpasswd={"B": base64.b64encode(PASSWORD.encode())})


@account
def ciphertext_in_base64(clients: Clients) -> None:
    put(clients, userpasswd={"S": base64.b64encode(ciphertext(clients)).decode()})


@account
def bytes_of_base64(clients: Clients) -> None:
    """As the AWS CLI version 1 stores ``{"B": "…"}``."""
    put(clients, userpasswd={"B": base64.b64encode(ciphertext(clients))})


def ciphertext(clients: Clients) -> bytes:
    return Plain(clients.kms, ready(clients).key_id).encrypt(PASSWORD, "12345")


@account
def noise(clients: Clients) -> None:
    ready(clients)
    put(clients, userpasswd={"B": bytes(range(128, 240))})


@account
def another_key(clients: Clients) -> None:
    ready(clients)
    other = clients.kms.create_key()["KeyMetadata"]["KeyId"]
    put(clients, userpasswd={"B": Plain(clients.kms, other).encrypt(PASSWORD, "12345")})


@account
def encrypted(clients: Clients) -> Vault:
    key = ready(clients)
    vault = Vault(clients.kms, clients.dynamodb, key.key_id, accepts=(Plain,))
    vault.store(PASSWORD)
    Vault(clients.kms, clients.dynamodb, key.key_id, cipher=Plain).store(PASSWORD)
    return vault


@account
def enveloped(clients: Clients) -> None:
    """With a data key, and a message of the learner's own."""
    made = clients.kms.generate_data_key(KeyId=ready(clients).key_id, KeySpec="AES_256")
    put(clients, userpasswd={"B": made["CiphertextBlob"]})
    clients.kms.decrypt(CiphertextBlob=made["CiphertextBlob"])


@account
def of_an_older_key(clients: Clients) -> None:
    """An item is left of a key that is deleted."""
    put_older = Vault(clients.kms, clients.dynamodb, ready(clients).key_id)
    put_older.store(PASSWORD)
    schedule_deletion(put_older)
    newer = keys.create(clients.kms)
    Vault(clients.kms, clients.dynamodb, newer.key_id).store(PASSWORD)


@account
def decrypted(clients: Clients) -> Vault:
    vault = encrypted(clients)
    vault.reveal(next(items(clients.dynamodb)).appuser)
    return vault


@account
def disabled(clients: Clients) -> None:
    keys.disable(clients.kms, decrypted(clients).key_id)


@account
def cancelled(clients: Clients) -> None:
    key_id = decrypted(clients).key_id
    keys.schedule_deletion(clients.kms, key_id)
    keys.cancel_deletion(clients.kms, key_id)


@account
def thirty_days(clients: Clients) -> None:
    keys.schedule_deletion(clients.kms, decrypted(clients).key_id)


@account
def seven_days(clients: Clients) -> Vault:
    vault = decrypted(clients)
    schedule_deletion(vault)
    return vault


@account
def never_encrypted(clients: Clients) -> None:
    keys.schedule_deletion(clients.kms, ready(clients).key_id)


@account
def never_decrypted(clients: Clients) -> None:
    schedule_deletion(encrypted(clients))


@account
def cleaned_up(clients: Clients) -> None:
    """As ``kmsdemo setup … cleanup --yes`` does it."""
    thirty_days(clients)
    table.delete(clients.dynamodb)


@account
def table_first(clients: Clients) -> None:
    vault = decrypted(clients)
    table.delete(clients.dynamodb)
    schedule_deletion(vault)


@account
def twice(clients: Clients) -> None:
    for _ in range(2):
        cleaned_up(clients)


@account
def again(clients: Clients) -> None:
    """Done, and begun once more."""
    cleaned_up(clients)
    encrypted(clients)


@account
def again_badly(clients: Clients) -> None:
    """Done, and begun once more with a password that is not encrypted."""
    cleaned_up(clients)
    password_itself(clients)


@account
def another_table(clients: Clients) -> None:
    """The table was deleted and created again, before the key's deletion is scheduled."""
    decrypted(clients)
    table.delete(clients.dynamodb)
    table.create(clients.dynamodb)


@account
def refused(clients: Clients) -> None:
    """A learner tried to decrypt while the key was disabled."""
    vault = encrypted(clients)
    keys.disable(clients.kms, vault.key_id)
    with suppress(errors.KeyDisabled):
        vault.reveal(next(items(clients.dynamodb)).appuser)
    keys.enable(clients.kms, vault.key_id)


def schedule_deletion(vault: Vault) -> None:
    keys.schedule_deletion(vault.kms, vault.key_id, waiting_period_days=7)
