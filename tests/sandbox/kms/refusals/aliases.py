"""Aliases that AWS KMS refuses."""

from __future__ import annotations

from tests.sandbox.kms.refusals.refused import VALIDATION, Refusal, constraint, new, signing
from tests.sandbox.kms.test_recorded import Account


def aliased(a: Account, number: int) -> str:
    key_id = new(a)
    for place in range(number):
        a.kms.create_alias(AliasName=f"alias/{place}", TargetKeyId=key_id)
    return key_id


def moved_to_a_full_key(a: Account) -> None:
    full = aliased(a, 50)
    a.kms.update_alias(AliasName="alias/0", TargetKeyId=full)  # it is there already
    a.kms.create_alias(AliasName="alias/a", TargetKeyId=new(a))
    a.kms.update_alias(AliasName="alias/a", TargetKeyId=full)


def retargeted(a: Account) -> None:
    a.kms.create_alias(AliasName="alias/a", TargetKeyId=new(a))
    a.kms.update_alias(AliasName="alias/a", TargetKeyId=signing(a))


ALIASES: list[Refusal] = [
    (
        lambda a: a.kms.create_alias(AliasName="mine", TargetKeyId=new(a)),
        VALIDATION,
        'Alias must start with the prefix "alias/". Please see '
        "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html",
    ),
    (
        lambda a: a.kms.create_alias(AliasName="alias/aws/s3", TargetKeyId=new(a)),
        "NotAuthorizedException",
        "",
    ),
    (
        lambda a: a.kms.create_alias(AliasName="alias/a:b", TargetKeyId=new(a)),
        VALIDATION,
        constraint(
            " 'alias/a:b'",
            "aliasName",
            "Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$",
        ),
    ),
    (
        retargeted,
        VALIDATION,
        "<key> must have the same type and key usage as <key>, the current target of alias/a.",
    ),
    (
        moved_to_a_full_key,
        "LimitExceededException",
        "Aliases per key quota for this account in this region is 50, current usage is 50.",
    ),
    (
        lambda a: aliased(a, 51),
        "LimitExceededException",
        "Aliases per key quota for this account in this region is 50, current usage is 50.",
    ),
]
