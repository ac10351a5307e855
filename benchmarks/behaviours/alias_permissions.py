"""Permissions on aliases and related keys, and conditions on what a key or a call has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.behaviours.behaviour import SUCCESS, Account, Behaviour, Call, Row, rows
from benchmarks.behaviours.error_codes import DENIED
from benchmarks.behaviours.users import (
    EVERYTHING,
    OWN,
    User,
    arn_of_root,
    put_policy,
    unique,
)


def behaviours() -> Iterator[Behaviour]:
    """Yield the behaviours."""
    guide = "AWS KMS Developer Guide"
    yield from rows("Conditions of policies", f"AWS KMS condition keys, {guide}", _conditions())
    yield from rows("Access control", f"Controlling access to aliases, {guide}", _aliases())
    multi_region = f"Controlling access to multi-Region keys, {guide}"
    yield from rows("Access control", multi_region, _multi_region())


def _conditions() -> Iterator[Row]:
    yield "kms:KeySpec in list_keys is never satisfied", DENIED, _lists_keys
    yield (
        "kms:GrantOperations by ForAnyValue, with one more operation",
        SUCCESS,
        _grants({"ForAnyValue:StringEquals": {"kms:GrantOperations": "Encrypt"}}),
    )
    yield (
        "kms:ResourceAliases by ForAllValues, of a key without aliases",
        SUCCESS,
        _if_aliases("ForAllValues:StringLike"),
    )
    yield (
        "kms:ResourceAliases by ForAnyValue, of a key without aliases",
        DENIED,
        _if_aliases("ForAnyValue:StringLike"),
    )
    yield "kms:ReEncryptOnSameKey with another key", DENIED, _re_encrypted_elsewhere
    yield "kms:EncryptionContext: the key in another case", SUCCESS, _encrypts("TEAM", "blue")
    yield "kms:EncryptionContext: the value in another case", DENIED, _encrypts("team", "BLUE")
    yield (
        "kms:EncryptionContextKeys by StringEquals, in another case",
        DENIED,
        _context_keys("TEAM"),
    )
    yield "kms:EncryptionContextKeys by StringEquals", SUCCESS, _context_keys("team")


def _aliases() -> Iterator[Row]:
    yield "DeleteAlias without permission on the key", DENIED, _deletes_alias("alias/*")
    yield "DeleteAlias without permission on the alias", DENIED, _deletes_alias("key/*")
    yield "DeleteAlias with permission on both", SUCCESS, _deletes_alias("alias/*", "key/*")
    yield "UpdateAlias without permission on the current key", DENIED, _updates_alias("current")
    yield "UpdateAlias without permission on the new key", DENIED, _updates_alias("new")
    yield "UpdateAlias with permission on the alias and both keys", SUCCESS, _updates_alias("")
    yield (
        "ListAliases with a resource that is no star",
        DENIED,
        _lists_aliases("arn:aws:kms:*:*:key/*"),
    )
    yield "ListAliases with the resource *", SUCCESS, _lists_aliases("*")
    yield "CreateAlias with a condition on the key alone", DENIED, _creates_alias(on_alias=False)
    yield (
        "CreateAlias with a condition on the key, and the alias",
        SUCCESS,
        _creates_alias(on_alias=True),
    )


def _multi_region() -> Iterator[Row]:
    yield "A key policy of the primary key, in its replica's Region", DENIED, _in_replica
    yield "A statement for the ARN of one related key", DENIED, _by_resource("us-east-1")
    yield "A statement for the ARN of all related keys", SUCCESS, _by_resource("*")


# ------------------------------------------------------------------------------ conditions


def _statement(user: User) -> dict[str, Any]:
    """Return a statement that allows a user everything."""
    return {**EVERYTHING, "Principal": {"AWS": user.arn}}


def _lists_keys(account: Account) -> None:
    condition = {"StringEquals": {"kms:KeySpec": "SYMMETRIC_DEFAULT"}}
    User(account, {**EVERYTHING, "Condition": condition}).kms.list_keys()


def _if(condition: Mapping[str, Any], operation: str, **options: Any) -> Call:
    def call(account: Account) -> None:
        user, key = User(account), account.key()
        put_policy(account, key, {**_statement(user), "Condition": condition})
        getattr(user.kms, operation)(KeyId=key, **options)

    return call


def _grants(condition: Mapping[str, Any]) -> Call:
    return _if(
        condition,
        "create_grant",
        GranteePrincipal=arn_of_root(),
        Operations=["Encrypt", "Decrypt"],
    )


def _if_aliases(operator: str) -> Call:
    condition = {operator: {"kms:ResourceAliases": "alias/*"}}

    def call(account: Account) -> None:
        User(account, {**EVERYTHING, "Condition": condition}).kms.describe_key(KeyId=account.key())

    return call


def _re_encrypted_elsewhere(account: Account) -> None:
    user, keys = User(account), [account.key(), account.key()]
    condition = {"Bool": {"kms:ReEncryptOnSameKey": "true"}}
    for key in keys:
        put_policy(account, key, {**_statement(user), "Condition": condition})
    user.kms.re_encrypt(CiphertextBlob=account.blob(keys[0]), DestinationKeyId=keys[1])


def _encrypts(key: str, value: str) -> Call:
    condition = {"StringEquals": {f"kms:EncryptionContext:{key}": value}}
    return _if(condition, "encrypt", Plaintext=b"secret", EncryptionContext={"team": "blue"})


def _context_keys(key: str) -> Call:
    condition = {"ForAnyValue:StringEquals": {"kms:EncryptionContextKeys": key}}
    return _if(condition, "encrypt", Plaintext=b"secret", EncryptionContext={"team": "blue"})


# ------------------------------------------------------------------ aliases and several Regions


def _aliased(account: Account) -> tuple[str, str]:
    """Return a key ARN and the name of its alias."""
    key, alias = account.metadata(account.key())["Arn"], f"alias/{unique('alias')}"
    account.kms.create_alias(AliasName=alias, TargetKeyId=key)
    return key, alias


def _deletes_alias(*resources: str) -> Call:
    def call(account: Account) -> None:
        allowed = [f"arn:aws:kms:*:*:{one}" for one in resources]
        user = User(account, {**EVERYTHING, "Resource": allowed})
        user.kms.delete_alias(AliasName=_aliased(account)[1])

    return call


def _updates_alias(without: str) -> Call:
    def call(account: Account) -> None:
        (current, alias), new = _aliased(account), account.metadata(account.key())["Arn"]
        keys = {"current": current, "new": new}
        allowed = [one for name, one in keys.items() if name != without]
        user = User(account, {**EVERYTHING, "Resource": [*allowed, "arn:aws:kms:*:*:alias/*"]})
        user.kms.update_alias(AliasName=alias, TargetKeyId=new)

    return call


def _lists_aliases(resource: str) -> Call:
    statement = {**EVERYTHING, "Action": "kms:ListAliases", "Resource": resource}
    return lambda account: User(account, statement).kms.list_aliases()


def _creates_alias(*, on_alias: bool) -> Call:
    """Return CreateAlias by a user with a condition that an alias cannot meet."""
    condition = {"StringEquals": {"kms:KeyOrigin": "AWS_KMS"}}
    alone = {**EVERYTHING, "Resource": "arn:aws:kms:*:*:alias/*"}

    def call(account: Account) -> None:
        user = User(account, {**EVERYTHING, "Condition": condition}, *([alone] if on_alias else []))
        user.kms.create_alias(AliasName=f"alias/{unique('alias')}", TargetKeyId=account.key())

    return call


def _replicated(account: Account) -> str:
    key_id = account.key(MultiRegion=True)
    account.kms.replicate_key(KeyId=key_id, ReplicaRegion="eu-west-1")
    return key_id


def _in_replica(account: Account) -> None:
    user, key_id = User(account), _replicated(account)
    put_policy(account, key_id, _statement(user))
    user.in_region("eu-west-1").describe_key(KeyId=key_id)


def _by_resource(region: str) -> Call:
    def call(account: Account) -> None:
        key_id = _replicated(account)
        arn = f"arn:aws:kms:{region}:{OWN}:key/{key_id}"
        user = User(account, {**EVERYTHING, "Resource": arn})
        user.in_region("eu-west-1").describe_key(KeyId=key_id)

    return call
