"""Corner cases of keys, aliases, tags and pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.behaviours.behaviour import SUCCESS, Account, Behaviour, Row, rows
from benchmarks.behaviours.error_codes import DENIED, NOT_FOUND, UNSUPPORTED, VALIDATION

_IRELAND = "eu-west-1"


def behaviours() -> Iterator[Behaviour]:
    """Yield the behaviours of keys, their names and tags, and pages."""
    reference = "AWS KMS API Reference"
    for group, operation, listed in (
        ("Keys", "CreateKey and DescribeKey", _keys()),
        ("Aliases", "CreateAlias, UpdateAlias and DeleteAlias", _aliases()),
        ("Tags", "TagResource and UntagResource", _tags()),
        ("Pages", "ListKeys and ListAliases", _pages()),
    ):
        yield from rows(group, f"{operation}, {reference}", listed)


def _keys() -> Iterator[Row]:
    yield "The state of a new key", "Enabled True", lambda a: _fields(a, "KeyState", "Enabled")
    yield "The creation date", "datetime", lambda a: type(_metadata(a)["CreationDate"]).__name__
    yield "A key is not of several Regions by default", "False", lambda a: _fields(a, "MultiRegion")
    yield (
        "A single-Region key has no MultiRegionConfiguration",
        "False",
        lambda a: str("MultiRegionConfiguration" in _metadata(a)),
    )
    yield (
        "A symmetric key has no SigningAlgorithms",
        "False",
        lambda a: str("SigningAlgorithms" in _metadata(a)),
    )
    yield "DescribeKey of no name", VALIDATION, lambda a: a.unchecked.describe_key(KeyId="")
    yield "DescribeKey by an ARN of another Region", NOT_FOUND, _of_another_region
    yield "The key of an unknown account", DENIED, _of_unknown_account
    yield (
        "CreateKey of ECC_SECG_P256K1 for encryption",
        VALIDATION,
        lambda a: _create(a, "ECC_SECG_P256K1", "ENCRYPT_DECRYPT"),
    )
    yield (
        "CreateKey of ML_DSA_44 for key agreement",
        VALIDATION,
        lambda a: _create(a, "ML_DSA_44", "KEY_AGREEMENT"),
    )
    yield (
        "SM2 outside China",
        UNSUPPORTED,
        lambda a: _create(a, "SM2", "SIGN_VERIFY"),
    )
    yield "The same description again", SUCCESS, _same_description


def _aliases() -> Iterator[Row]:
    yield "An alias in capital letters is another one", SUCCESS, _capital
    yield "alias/ alone", VALIDATION, lambda a: _alias(a, "alias/")
    yield "An alias with a colon", VALIDATION, lambda a: _alias(a, "alias/a:b")
    yield "An alias with a space", VALIDATION, lambda a: _alias(a, "alias/a b")
    yield "An alias with a slash", SUCCESS, lambda a: _alias(a, "alias/team/blue")
    yield "An alias that begins with alias/aws", SUCCESS, lambda a: _alias(a, "alias/awsome")
    yield (
        "UpdateAlias to the same key",
        SUCCESS,
        lambda a: a.kms.update_alias(AliasName=(made := _made(a))[0], TargetKeyId=made[1]),
    )
    yield "UpdateAlias to a key that is not there", NOT_FOUND, _to_nobody
    yield "UpdateAlias of alias/aws/s3", "NotAuthorizedException", _of_aws
    yield "DeleteAlias twice", NOT_FOUND, _deleted_twice
    yield "The same alias in two Regions", SUCCESS, _in_two_regions
    yield "UpdateAlias changes its date, not that of its creation", SUCCESS, _dates
    yield "An alias of a deleted alias's name", SUCCESS, _created_again
    yield "A 50th alias of one key", SUCCESS, lambda a: _aliases_of(a, 50)
    yield "A 51st alias of one key", "LimitExceededException", lambda a: _aliases_of(a, 51)


def _tags() -> Iterator[Row]:
    yield "A tag key that begins with AWS:", "TagException", lambda a: _tagged(a, "AWS:x", "y")
    yield "A tag without a value", VALIDATION, lambda a: _tagged(a, "x", None)
    yield "A tag key in capital letters is another one", "2", lambda a: _tags_of(a, "a", "A")
    yield "UntagResource of one of two tags", "1", lambda a: _untagged(a, "a")
    yield "UntagResource of both tags", "0", lambda a: _untagged(a, "a", "b")
    yield "ListResourceTags of a key without tags", "[]", _no_tags
    yield "Tags of a replica are its own", "[]", _tags_of_replica
    yield (
        "ListResourceTags of a key that is not there",
        NOT_FOUND,
        lambda a: a.kms.list_resource_tags(KeyId=_NOBODY),
    )


def _pages() -> Iterator[Row]:
    yield "ListAliases lists aliases by pages: no alias twice", SUCCESS, _alias_pages
    yield "ListKeyPolicies with a marker", "InvalidMarkerException", _policy_marker
    yield "ListRetirableGrants: a marker that is none", "InvalidMarkerException", _grant_marker
    yield "A page as long as the list is not truncated", "False", _exact_page
    yield "Other owners than the account", "0", _other_owners
    yield (
        "An unknown owner",
        VALIDATION,
        lambda a: a.unchecked.list_keys(ResourceOwners=["NOBODY"]),
    )
    yield (
        "A limit below 0",
        VALIDATION,
        lambda a: a.unchecked.list_aliases(Limit=-1),
    )
    yield (
        "A marker of 1,025 characters",
        VALIDATION,
        lambda a: a.unchecked.list_keys(Marker="x" * 1025),
    )


# ------------------------------------------------------------------------------------ keys

_NOBODY = "00000000-0000-0000-0000-000000000000"


def _create(account: Account, spec: str, usage: str) -> None:
    account.key(spec, usage)


def _metadata(account: Account) -> Any:
    return account.metadata(account.key())


def _fields(account: Account, *names: str) -> str:
    metadata = _metadata(account)
    return " ".join(str(metadata[name]) for name in names)


def _of_another_region(account: Account) -> None:
    arn = account.metadata(account.key())["Arn"]
    account.in_region(_IRELAND).describe_key(KeyId=arn)


def _of_unknown_account(account: Account) -> None:
    account.kms.describe_key(KeyId=f"arn:aws:kms:us-east-1:999999999999:key/{_NOBODY}")


def _same_description(account: Account) -> None:
    key_id = account.key(Description="mine")
    account.kms.update_key_description(KeyId=key_id, Description="mine")


# --------------------------------------------------------------------------------- aliases


def _alias(account: Account, name: str) -> None:
    key_id = account.key()
    if name.isascii() and name.startswith(("alias/team", "alias/awsome")):
        name += key_id
    account.unchecked.create_alias(AliasName=name, TargetKeyId=key_id)


def _made(account: Account) -> tuple[str, str]:
    """Return a new alias, and its key."""
    key_id = account.key()
    account.kms.create_alias(AliasName=f"alias/{key_id}", TargetKeyId=key_id)
    return f"alias/{key_id}", key_id


def _capital(account: Account) -> None:
    alias, key_id = _made(account)
    account.kms.create_alias(AliasName=f"alias/X{alias[6:]}", TargetKeyId=key_id)
    account.kms.create_alias(AliasName=f"alias/x{alias[6:]}", TargetKeyId=key_id)


def _to_nobody(account: Account) -> None:
    account.kms.update_alias(AliasName=_made(account)[0], TargetKeyId=_NOBODY)


def _of_aws(account: Account) -> None:
    account.kms.update_alias(AliasName="alias/aws/s3", TargetKeyId=account.key())


def _deleted_twice(account: Account) -> None:
    alias, _ = _made(account)
    for _ in range(2):
        account.kms.delete_alias(AliasName=alias)


def _in_two_regions(account: Account) -> None:
    alias, _ = _made(account)
    ireland = account.in_region(_IRELAND)
    key_id = ireland.create_key()["KeyMetadata"]["KeyId"]
    ireland.create_alias(AliasName=alias, TargetKeyId=key_id)


def _aliases_of(account: Account, number: int) -> None:
    key_id = account.key()
    for one in range(number):
        account.kms.create_alias(AliasName=f"alias/{key_id}/{one}", TargetKeyId=key_id)


def _entry(account: Account, key_id: str) -> Any:
    return account.kms.list_aliases(KeyId=key_id)["Aliases"][0]


def _dates(account: Account) -> str:
    alias, key_id = _made(account)
    before = _entry(account, key_id)
    account.kms.update_alias(AliasName=alias, TargetKeyId=(other := account.key()))
    after = _entry(account, other)
    same = after["CreationDate"] == before["CreationDate"]
    return SUCCESS if same and after["LastUpdatedDate"] > before["LastUpdatedDate"] else "other"


def _created_again(account: Account) -> None:
    alias, key_id = _made(account)
    account.kms.delete_alias(AliasName=alias)
    account.kms.create_alias(AliasName=alias, TargetKeyId=key_id)


# -------------------------------------------------------------------------- tags and pages


def _tag(name: str, value: str | None = "") -> dict[str, str]:
    return {"TagKey": name} | ({} if value is None else {"TagValue": value})


def _tagged(account: Account, name: str, value: str | None) -> None:
    account.unchecked.tag_resource(KeyId=account.key(), Tags=[_tag(name, value)])


def _listed(kms: Any, key_id: str) -> list[Any]:
    return list(kms.list_resource_tags(KeyId=key_id)["Tags"])


def _tags_of(account: Account, *names: str) -> str:
    key_id = account.key(Tags=[_tag(name) for name in names])
    return str(len(_listed(account.kms, key_id)))


def _untagged(account: Account, *names: str) -> str:
    key_id = account.key(Tags=[_tag("a"), _tag("b")])
    account.kms.untag_resource(KeyId=key_id, TagKeys=list(names))
    return str(len(_listed(account.kms, key_id)))


def _no_tags(account: Account) -> str:
    return str(_listed(account.kms, account.key()))


def _tags_of_replica(account: Account) -> str:
    key_id = account.key(MultiRegion=True, Tags=[_tag("a")])
    account.kms.replicate_key(KeyId=key_id, ReplicaRegion=_IRELAND)
    return str(_listed(account.in_region(_IRELAND), key_id))


def _alias_pages(account: Account) -> str:
    key_id = account.key()
    for number in range(5):
        account.kms.create_alias(AliasName=f"alias/{number}-{key_id}", TargetKeyId=key_id)
    pages = account.kms.get_paginator("list_aliases").paginate(
        KeyId=key_id, PaginationConfig={"PageSize": 2}
    )
    names = [one["AliasName"] for page in pages for one in page["Aliases"]]
    return SUCCESS if len(names) == len(set(names)) == 5 else str(names)  # noqa: PLR2004


def _policy_marker(account: Account) -> None:
    account.kms.list_key_policies(KeyId=account.key(), Marker="x")


def _grant_marker(account: Account) -> None:
    root = f"arn:aws:iam::{_metadata(account)['AWSAccountId']}:root"
    account.kms.list_retirable_grants(RetiringPrincipal=root, Marker="x")


def _exact_page(account: Account) -> str:
    key_id = account.key(Tags=[_tag("a"), _tag("b")])
    return str(account.kms.list_resource_tags(KeyId=key_id, Limit=2)["Truncated"])


def _other_owners(account: Account) -> str:
    account.key()
    listed = account.unchecked.list_keys(ResourceOwners=["OTHER_ACCOUNTS_VIA_RAM"])["Keys"]
    return str(len(listed))
