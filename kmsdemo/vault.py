"""Passwords in the table: store, reveal, list. Each is encrypted before it gets there."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from kmsdemo import errors
from kmsdemo.aws_errors import translated
from kmsdemo.cipher import CIPHERS, Direct, Plain
from kmsdemo.table import PARTITION_KEY, TABLE_NAME

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient

PASSWORD_ATTRIBUTE: Final = "userpasswd"  # noqa: S105, it names an attribute
CIPHER_ATTRIBUTE: Final = "cipher"
USER_NUMBERS: Final = range(10001, 99999)
MAX_DRAWS: Final = 20


def draw_user_number() -> str:
    """Return a random user number, 10001 to 99998."""
    return str(secrets.choice(USER_NUMBERS))


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the table, as stored.

    Attributes:
        appuser: The user number.
        ciphertext_blob: The value of ``userpasswd``; ``None`` where it is missing or not Binary.
        cipher: ``plain``, ``direct`` or ``envelope``; the lab's scripts write none, which is plain.
        attributes: The item as DynamoDB returns it, each value under its type.
    """

    appuser: str
    ciphertext_blob: bytes | None
    cipher: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Vault:
    """The passwords under one key in one table.

    Args:
        kms: The AWS KMS client.
        dynamodb: The DynamoDB client.
        key_id: Key id, key ARN, alias or alias ARN; every decryption names it.
        table_name: The table.
        cipher: How new passwords are encrypted. Stored ones say it themselves.
        draw: Where user numbers come from.
    """

    kms: KMSClient
    dynamodb: DynamoDBClient
    key_id: str
    table_name: str = TABLE_NAME
    cipher: type[Plain] = Direct
    draw: Callable[[], str] = draw_user_number

    def store(self, password: str) -> str:
        """Encrypt a password, store it under a new user number, and return the number.

        The item is written only where there is none, so that no password is overwritten;
        where the number is taken, another is drawn.

        Args:
            password: 1 to 4,096 bytes of UTF-8.

        Raises:
            NoFreeUserNumber: Twenty numbers in a row were taken; nothing was stored.
            TableNotFound, TableSchemaDiffers: The table does not serve.
            PasswordEmpty, PasswordTooLong, PasswordNotText: The password does not.
            KeyNotFound, KeyDisabled, KeyPendingDeletion, KeyUnusable: The key does not.

        AWS: PutItem, "Condition expressions", Amazon DynamoDB Developer Guide.
        """
        for _ in range(MAX_DRAWS):
            appuser = self.draw()
            ciphertext_blob = self.cipher(self.kms, self.key_id).encrypt(password, appuser)
            if self._put(appuser, ciphertext_blob):
                return appuser
        raise errors.NoFreeUserNumber(self.table_name, MAX_DRAWS)

    def reveal(self, appuser: str) -> str:
        """Return a user's password.

        Args:
            appuser: The user number.

        Raises:
            UserNotFound, PasswordMissing, UnknownCipher: There is nothing to decrypt.
            TableNotFound, TableSchemaDiffers: The table does not serve.
            CiphertextInvalid, WrongKey: The ciphertext is damaged, moved, or under another key.
            KeyNotFound, KeyDisabled, KeyPendingDeletion, KeyUnusable: The key does not serve.
        """
        item = self.item(appuser)
        if item.ciphertext_blob is None:
            raise errors.PasswordMissing(self.table_name, appuser)
        if item.cipher not in CIPHERS:
            raise errors.UnknownCipher(self.table_name, appuser, item.cipher)
        cipher = CIPHERS[item.cipher](self.kms, self.key_id)
        return cipher.decrypt(item.ciphertext_blob, appuser)

    def item(self, appuser: str) -> Item:
        """Return one item as stored, ciphertext and all.

        Raises:
            UserNotFound: The table has no item for this user.
            TableNotFound, TableSchemaDiffers: The table does not serve.

        AWS: GetItem, Amazon DynamoDB API Reference.
        """
        if not appuser:
            raise errors.UserNotFound(self.table_name, appuser)
        with translated(table_name=self.table_name):
            answer = self.dynamodb.get_item(
                TableName=self.table_name,
                Key={PARTITION_KEY: {"S": appuser}},
                ConsistentRead=True,
            )
        if "Item" not in answer:
            raise errors.UserNotFound(self.table_name, appuser)
        return _item(self.table_name, answer["Item"])

    def _put(self, appuser: str, ciphertext_blob: bytes) -> bool:
        """Write the item unless there is one already; say whether ours is the one that is there."""
        item: dict[str, Any] = {
            PARTITION_KEY: {"S": appuser},
            PASSWORD_ATTRIBUTE: {"B": ciphertext_blob},
        }
        if self.cipher is not Plain:
            item[CIPHER_ATTRIBUTE] = {"S": self.cipher.name}
        with translated(table_name=self.table_name):
            try:
                self.dynamodb.put_item(
                    TableName=self.table_name,
                    Item=item,
                    ConditionExpression="attribute_not_exists(#key)",
                    ExpressionAttributeNames={"#key": PARTITION_KEY},
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            except self.dynamodb.exceptions.ConditionalCheckFailedException as taken:
                # A write whose answer was lost is sent again by boto3, and then meets itself.
                there: object = cast("Any", taken.response).get("Item")
                return there == item
        return True


def items(dynamodb: DynamoDBClient, table_name: str = TABLE_NAME) -> Iterator[Item]:
    """Yield every item as stored, page by page, in DynamoDB's order.

    Raises:
        TableNotFound, TableSchemaDiffers: The table does not serve.

    AWS: Scan, Amazon DynamoDB API Reference.
    """
    pages = dynamodb.get_paginator("scan").paginate(TableName=table_name, ConsistentRead=True)
    with translated(table_name=table_name):
        for page in pages:
            for attributes in page["Items"]:
                yield _item(table_name, attributes)


def _item(table_name: str, attributes: Mapping[str, Any]) -> Item:
    if "S" not in attributes.get(PARTITION_KEY, {}):
        raise errors.TableSchemaDiffers(table_name)
    return Item(
        appuser=attributes[PARTITION_KEY]["S"],
        ciphertext_blob=attributes.get(PASSWORD_ATTRIBUTE, {}).get("B"),
        cipher=attributes.get(CIPHER_ATTRIBUTE, {}).get("S", Plain.name),
        attributes=attributes,
    )
