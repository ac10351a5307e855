"""Passwords in a DynamoDB table: encrypt and store them, get and decrypt them, list them."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from shlex import quote
from typing import TYPE_CHECKING, Any, Final, cast

from botocore.exceptions import ClientError

from kmsdemo import errors
from kmsdemo.aws_errors import has_code, maybe_done, translate_errors
from kmsdemo.cipher import CIPHERS, Direct, Plain
from kmsdemo.table import PARTITION_KEY, TABLE_NAME

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient

PASSWORD_ATTRIBUTE: Final = "userpasswd"  # noqa: S105, it names an attribute
CIPHER_ATTRIBUTE: Final = "cipher"
CONTEXT_ATTRIBUTE: Final = "context"
KEY_ATTRIBUTE: Final = "key"
_NAMES_TABLE: Final = "appuser,table"
USER_NUMBERS: Final = range(10001, 99999)
MAX_DRAWS: Final = 20
# Errors of one password or item. Any other error would occur with the next one too.
OF_ONE_ITEM: Final = (
    errors.PasswordEmpty,
    errors.PasswordTooLong,
    errors.PasswordNotText,
    errors.PasswordMissing,
    errors.CiphertextInvalid,
    errors.WrongKey,
    errors.UnknownCipher,
    errors.CipherNotAccepted,
)
_NOT_A_STRING: Final = f"an item has no {PARTITION_KEY} of type S (string)."


def draw_user_number() -> str:
    """Return a random user number, 10001 to 99998."""
    return str(secrets.choice(USER_NUMBERS))


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the table, as it is stored.

    Attributes:
        appuser: The user number.
        ciphertext_blob: The value of ``userpasswd``; ``None`` if it is missing or not Binary.
        cipher: ``plain``, ``direct`` or ``envelope``. The lab's scripts write no attribute
            ``cipher``; that means ``plain``.
        context_table: The table that the encryption context names beside the user; empty if it
            names only the user. The attribute ``context`` says which; older versions wrote none.
        key_arn: The ARN of the key that it is encrypted under, from the attribute ``key``; empty if
            the item does not say.
        attributes: The item as DynamoDB returns it, such as ``{"appuser": {"S": "12345"}}``.
    """

    appuser: str
    ciphertext_blob: bytes | None
    cipher: str
    context_table: str
    key_arn: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Vault:
    """The passwords in one table, encrypted under one key.

    Args:
        kms: The AWS KMS client.
        dynamodb: The DynamoDB client.
        key_id: Key id, key ARN, alias or alias ARN; each call to Encrypt and Decrypt names it.
        table_name: The table.
        cipher: How new passwords are encrypted.
        accepts: The ciphers of the items that it decrypts, beside ``cipher``. What writes to the
            table chooses the cipher of an item; so name only those that your application stores.
        former_keys: The ARNs of keys that items may still name, while the table is moved to
            ``key_id`` (:mod:`kmsdemo.rotation`).
        draw: Returns a random user number.

    Many threads can share one vault, like its clients.
    """

    kms: KMSClient
    dynamodb: DynamoDBClient
    key_id: str
    table_name: str = TABLE_NAME
    cipher: type[Plain] = Direct
    accepts: Collection[type[Plain]] = ()
    former_keys: Collection[str] = ()
    draw: Callable[[], str] = draw_user_number
    _ciphers: dict[tuple[str, str, str], Plain] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def store(self, password: str) -> str:
        """Encrypt a password, store it under a new user number, and return the number.

        A conditional write keeps an existing item from being overwritten: if the number is
        taken, another one is drawn.

        Args:
            password: 1 to 4,096 bytes in UTF-8; to 256 KiB with ``kmsdemo.cipher.Envelope``.

        Raises:
            NoFreeUserNumber: Twenty numbers in a row were taken; nothing was stored.
            TableNotFound, TableSchemaDiffers: The table cannot be used.
            PasswordEmpty, PasswordTooLong, PasswordNotText: The password cannot be encrypted.
            KeyNotFound, KeyDisabled, KeyPendingDeletion, KeyUnusable: The key cannot be used.
            AccessDenied: The caller has no permission to encrypt or to write the item.
            MaybeDone: The answer was lost; the error names the user number.

        AWS: PutItem, "Condition expressions", Amazon DynamoDB Developer Guide.
        """
        for _ in range(MAX_DRAWS):
            appuser = self.draw()
            if self.store_for(appuser, password):
                return appuser
        raise errors.NoFreeUserNumber(self.table_name, MAX_DRAWS)

    def store_for(self, appuser: str, password: str) -> bool:
        """Encrypt a password and store it under a user number, unless the table has that number.

        Args:
            appuser: The user number.
            password: As in :meth:`store`.

        Returns:
            Whether it was stored.

        Raises:
            As :meth:`store`, except ``NoFreeUserNumber``.

        AWS: PutItem, "Condition expressions", Amazon DynamoDB Developer Guide.
        """
        return self._put({PARTITION_KEY: {"S": appuser}, **self.attributes(appuser, password)})

    def attributes(self, appuser: str, password: str) -> dict[str, Any]:
        """Encrypt a password, and return the attributes of its item beside the partition key."""
        cipher = self._cipher(self.cipher, self.key_id, self.table_name)
        ciphertext = cipher.ciphertext(password, appuser)
        attributes: dict[str, Any] = {PASSWORD_ATTRIBUTE: {"B": ciphertext.blob}}
        if self.cipher is not Plain:
            attributes[CIPHER_ATTRIBUTE] = {"S": self.cipher.name}
            attributes[CONTEXT_ATTRIBUTE] = {"S": _NAMES_TABLE}
            attributes[KEY_ATTRIBUTE] = {"S": ciphertext.key_arn}
        return attributes

    def reveal(self, appuser: str) -> str:
        """Return a user's password.

        Args:
            appuser: The user number.

        Raises:
            UserNotFound, PasswordMissing, UnknownCipher: The table has no ciphertext of this user
                that can be decrypted.
            CipherNotAccepted: The vault does not accept the cipher of the item.
            TableNotFound, TableSchemaDiffers: The table cannot be used.
            CiphertextInvalid: The ciphertext is damaged, or belongs to another user or table.
            WrongKey: It was encrypted under another key.
            KeyNotFound, KeyDisabled, KeyPendingDeletion, KeyUnusable: The key cannot be used.
            AccessDenied: The caller has no permission to read the item or to decrypt.
            PasswordNotText: The decrypted bytes are not valid UTF-8.

        AWS: GetItem, Amazon DynamoDB API Reference; Decrypt, AWS KMS API Reference.
        """
        return self.decrypt(self.item(appuser))

    def decrypt(self, item: Item) -> str:
        """Return the password of an item of this table, with the errors of :meth:`reveal`.

        Args:
            item: As :meth:`item` or :func:`items` returned it.
        """
        if item.ciphertext_blob is None:
            raise errors.PasswordMissing(self.table_name, item.appuser)
        if item.cipher not in CIPHERS:
            raise errors.UnknownCipher(self.table_name, item.appuser, item.cipher)
        if CIPHERS[item.cipher] not in (self.cipher, *self.accepts):
            raise errors.CipherNotAccepted(self.table_name, item.appuser, item.cipher)
        key_id = item.key_arn if item.key_arn in self.former_keys else self.key_id
        cipher = self._cipher(CIPHERS[item.cipher], key_id, item.context_table)
        return cipher.decrypt(item.ciphertext_blob, item.appuser)

    def item(self, appuser: str) -> Item:
        """Return one item as it is stored.

        Args:
            appuser: The user number.

        Raises:
            UserNotFound: The table has no item for this user.
            TableNotFound, TableSchemaDiffers: The table cannot be used.

        AWS: GetItem, Amazon DynamoDB API Reference.
        """
        if not appuser:
            raise errors.UserNotFound(self.table_name, appuser)
        with translate_errors(table_name=self.table_name):
            answer = self.dynamodb.get_item(
                TableName=self.table_name,
                Key={PARTITION_KEY: {"S": appuser}},
                ConsistentRead=True,
            )
        if "Item" not in answer:
            raise errors.UserNotFound(self.table_name, appuser)
        return self.as_item(answer["Item"])

    def as_item(self, attributes: Mapping[str, Any]) -> Item:
        """Return attributes as an item of this table."""
        return _item(self.table_name, attributes)

    def _cipher(self, cipher: type[Plain], key_id: str, table_name: str) -> Plain:
        """Return the cipher, always the same object: it may keep data keys."""
        name = (cipher.name, key_id, table_name)
        if name not in self._ciphers:
            self._ciphers.setdefault(name, cipher(self.kms, key_id, table_name))
        return self._ciphers[name]

    def _put(self, item: dict[str, Any]) -> bool:
        """Write the item unless the user number is taken; return whether it was written."""
        appuser = item[PARTITION_KEY]["S"]
        stored = f"the password is stored in {self.table_name} for user {appuser}"
        look = f"kmsdemo decrypt {quote(appuser)} --table-name {self.table_name}"
        with maybe_done(stored, look), translate_errors(table_name=self.table_name):
            try:
                self.dynamodb.put_item(
                    TableName=self.table_name,
                    Item=item,
                    ConditionExpression="attribute_not_exists(#key)",
                    ExpressionAttributeNames={"#key": PARTITION_KEY},
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            except ClientError as taken:
                if not has_code(taken, "ConditionalCheckFailedException"):
                    raise
                # If the response to a write is lost, boto3 repeats it and finds its own item.
                existing: object = cast("Any", taken.response).get("Item")
                return existing == item
        return True


def items(dynamodb: DynamoDBClient, table_name: str = TABLE_NAME) -> Iterator[Item]:
    """Yield every item as it is stored, in DynamoDB's order.

    Reads one page of up to 1 MB at a time.

    Raises:
        TableNotFound, TableSchemaDiffers: The table cannot be used.

    AWS: Scan, Amazon DynamoDB API Reference.
    """
    pages = dynamodb.get_paginator("scan").paginate(TableName=table_name, ConsistentRead=True)
    with translate_errors(table_name=table_name):
        for page in pages:
            for attributes in page["Items"]:
                yield _item(table_name, attributes)


def _item(table_name: str, attributes: Mapping[str, Any]) -> Item:
    names_table = attributes.get(CONTEXT_ATTRIBUTE) == {"S": _NAMES_TABLE}
    if "S" not in attributes.get(PARTITION_KEY, {}):
        raise errors.TableSchemaDiffers(table_name, _NOT_A_STRING)
    return Item(
        appuser=attributes[PARTITION_KEY]["S"],
        ciphertext_blob=attributes.get(PASSWORD_ATTRIBUTE, {}).get("B"),
        cipher=attributes.get(CIPHER_ATTRIBUTE, {}).get("S", Plain.name),
        context_table=table_name if names_table else "",
        key_arn=attributes.get(KEY_ATTRIBUTE, {}).get("S", ""),
        attributes=attributes,
    )
