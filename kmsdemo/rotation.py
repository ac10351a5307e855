"""Encrypts all passwords of a table under another key, without losing one.

AWS KMS rotates the material of a key by itself (``EnableKeyRotation``); that changes no ciphertext
and keeps every item dependent on the key. To make its items independent of the key, re-encrypt
them.

The new ciphertext of an item is first staged in an attribute beside the old one, read back and
decrypted; only then does it replace the old one. Both writes are conditional: the item must still
have the ciphertext that was read. So this can be interrupted, run twice, and run while applications
store and read passwords.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from kmsdemo import errors, vault
from kmsdemo.aws_errors import has_code, maybe_done, translate_errors
from kmsdemo.cipher import CIPHERS
from kmsdemo.keys import Key
from kmsdemo.parallel import THREADS, in_threads
from kmsdemo.table import PARTITION_KEY
from kmsdemo.vault import Item, Vault

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient

MOVED, THERE, REFUSED = "moved", "already there", "refused"
STAGED_ATTRIBUTE: Final = "userpasswd_staged"
_CHANGED: Final = "changed meanwhile"


@dataclass(frozen=True, slots=True)
class Move:
    """The result for one item.

    Attributes:
        appuser: The user number.
        status: ``moved``, ``already there`` or ``refused``.
        reason: Why it is refused.
    """

    appuser: str
    status: str
    reason: str = ""


def rotate(
    kms: KMSClient,
    dynamodb: DynamoDBClient,
    old: Key,
    new: Key,
    *,
    table_name: str,
    threads: int = THREADS,
) -> Iterator[Move]:
    """Encrypt each item of a table under a new key, and yield the result.

    Applications that read the table meanwhile need a vault with the new key and ``former_keys=[old
    key ARN]``. Passes over the table are repeated until one finds no item that was changed
    meanwhile: then no item depends on the old key but those that were refused.

    Raises:
        KmsdemoError: An error that is not about one item, such as ``KeyDisabled``. Run it again.

    AWS: UpdateItem, "Condition expressions", Amazon DynamoDB Developer Guide.
    """
    source = Vault(kms, dynamodb, old.arn, table_name, accepts=CIPHERS.values())
    targets = {
        name: Vault(kms, dynamodb, new.arn, table_name, cipher=cipher)
        for name, cipher in CIPHERS.items()
    }
    is_first_pass, refused = True, set[str]()
    while True:
        is_last_pass = True
        stored = vault.items(dynamodb, table_name)
        for move in in_threads(partial(_move, source, targets), stored, threads=threads):
            is_last_pass = is_last_pass and move.status in (THERE, REFUSED)
            if move.status == MOVED or (is_first_pass and move.status == THERE):
                yield move
            if move.status == REFUSED and move.appuser not in refused:
                refused.add(move.appuser)
                yield move
        if is_last_pass:
            return
        is_first_pass = False


def _move(source: Vault, targets: Mapping[str, Vault], item: Item) -> Move:
    if item.cipher not in targets:
        return Move(item.appuser, REFUSED, f"Its cipher, {item.cipher}, is unknown.")
    target = targets[item.cipher]
    if item.key_arn not in ("", source.key_id, target.key_id):
        return Move(item.appuser, REFUSED, f"It is under another key, {item.key_arn}.")
    if item.key_arn == target.key_id:
        return Move(item.appuser, THERE)
    try:
        return Move(item.appuser, _replace(source, target, item))
    except errors.WrongKey as error:
        return Move(item.appuser, *_already_there(target, item, error))
    except vault.OF_ONE_ITEM as error:
        return Move(item.appuser, REFUSED, error.what)


def _already_there(target: Vault, item: Item, wrong_key: errors.WrongKey) -> tuple[str, str]:
    """Return status and reason of an item that is not under the old key, and names none."""
    try:
        target.decrypt(item)
    except vault.OF_ONE_ITEM:
        return REFUSED, wrong_key.what
    return THERE, ""


def _replace(source: Vault, target: Vault, item: Item) -> str:
    """Stage the new ciphertext, read it back and decrypt it, then replace the old one."""
    password = source.decrypt(item)
    new = target.attributes(item.appuser, password)
    new[vault.KEY_ATTRIBUTE] = {"S": target.key_id}
    ciphertext = new[vault.PASSWORD_ATTRIBUTE]
    if not _update(target, item, {STAGED_ATTRIBUTE: ciphertext}):
        return _CHANGED
    staged = dict(target.item(item.appuser).attributes).pop(STAGED_ATTRIBUTE, None)
    if staged != ciphertext:
        return _CHANGED
    read_back = target.as_item({**item.attributes, **new, vault.PASSWORD_ATTRIBUTE: staged})
    if target.decrypt(read_back) != password:
        raise errors.CiphertextInvalid(target.key_id)
    return MOVED if _update(target, item, new, staged=staged) else _CHANGED


def _update(
    target: Vault, item: Item, new: Mapping[str, Any], staged: Mapping[str, Any] | None = None
) -> bool:
    """Set attributes if the item still has its ciphertext; return whether it has.

    Args:
        staged: Also remove the staged ciphertext, if it is this one.
    """
    names = {f"#{number}": name for number, name in enumerate(new)}
    values = {f":{number}": value for number, value in enumerate(new.values())}
    assignments = ", ".join(f"#{number} = :{number}" for number in range(len(new)))
    expression, condition = f"SET {assignments}", "#ciphertext = :old"
    names["#ciphertext"] = vault.PASSWORD_ATTRIBUTE
    values[":old"] = item.attributes[vault.PASSWORD_ATTRIBUTE]
    if staged:
        expression, condition = f"{expression} REMOVE #staged", f"{condition} AND #staged = :staged"
        names["#staged"], values[":staged"] = STAGED_ATTRIBUTE, staged
    moved = f"the item of user {item.appuser} in {target.table_name} is under {target.key_id}"
    look = f"kmsdemo items --table-name {target.table_name} --json"
    with maybe_done(moved, look), translate_errors(table_name=target.table_name):
        try:
            target.dynamodb.update_item(
                TableName=target.table_name,
                Key={PARTITION_KEY: {"S": item.appuser}},
                UpdateExpression=expression,
                ConditionExpression=condition,
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=values,
            )
        except ClientError as changed:
            if not has_code(changed, "ConditionalCheckFailedException"):
                raise
            return False
    return True
