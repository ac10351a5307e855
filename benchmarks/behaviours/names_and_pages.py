"""Aliases, tags, and lists by pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.behaviours.behaviour import SUCCESS, Account, Behaviour, Call, Row, rows
from benchmarks.behaviours.error_codes import NOT_FOUND, VALIDATION

TAG = "TagException"
MARKER = "InvalidMarkerException"


def behaviours() -> Iterator[Behaviour]:
    """Yield the behaviours of aliases, tags and pages."""
    yield from rows("Aliases", "Aliases in AWS KMS, AWS KMS Developer Guide", _aliases())
    yield from rows("Tags", "TagResource, AWS KMS API Reference; LocalStack's recordings", _tags())
    yield from rows("Pages", "Limit, Marker, AWS KMS API Reference", _pages())


# ---------------------------------------------------------------------------------- aliases


def _aliases() -> Iterator[Row]:
    yield (
        "CreateAlias of a name that is taken",
        "AlreadyExistsException",
        lambda a: _alias(a, a.key(), _alias(a, a.key())),
    )
    yield "An alias of 256 characters", SUCCESS, _of_length(256)
    yield (
        "An alias of 257 characters",
        VALIDATION,
        _of_length(257),
    )
    yield (
        "An alias of an alias",
        NOT_FOUND,
        lambda a: a.kms.create_alias(AliasName="alias/second", TargetKeyId=_alias(a, a.key())),
    )
    yield "Two aliases of one key", "2", _two
    yield "UpdateAlias to a key of the same type and usage", SUCCESS, _moved({})
    yield (
        "UpdateAlias from a symmetric to an HMAC key",
        VALIDATION,
        _moved({"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}),
    )
    yield (
        "UpdateAlias from a symmetric to an RSA key",
        VALIDATION,
        _moved({"KeySpec": "RSA_2048", "KeyUsage": "ENCRYPT_DECRYPT"}),
    )
    yield (
        "UpdateAlias of an alias that does not exist",
        NOT_FOUND,
        lambda a: a.kms.update_alias(AliasName="alias/none", TargetKeyId=a.key()),
    )
    yield "The dates of an alias are listed", "datetime datetime", _dates
    yield "ListAliases of one key", "1", _of_one_key
    yield "A deleted alias", NOT_FOUND, _deleted_alias
    yield "Encrypt by alias ARN", SUCCESS, _by_arn


def _alias(account: Account, key_id: str, name: str = "") -> str:
    name = name or f"alias/{key_id}"
    account.unchecked.create_alias(AliasName=name, TargetKeyId=key_id)
    return name


def _of_length(number: int) -> Call:
    def call(account: Account) -> None:
        _alias(account, account.key(), "alias/" + "x" * (number - len("alias/")))

    return call


def _two(account: Account) -> str:
    key_id = account.key()
    _alias(account, key_id)
    _alias(account, key_id, f"alias/second-{key_id}")
    return str(len(account.kms.list_aliases(KeyId=key_id)["Aliases"]))


def _moved(options: dict[str, str]) -> Call:
    return lambda account: account.kms.update_alias(
        AliasName=_alias(account, account.key()), TargetKeyId=account.key(**options)
    )


def _dates(account: Account) -> str:
    key_id = account.key()
    _alias(account, key_id)
    alias = account.kms.list_aliases(KeyId=key_id)["Aliases"][0]
    return " ".join(type(alias.get(f"{name}Date")).__name__ for name in ("Creation", "LastUpdated"))


def _of_one_key(account: Account) -> str:
    key_id = account.key()
    _alias(account, account.key())
    _alias(account, key_id)
    return str(len(account.kms.list_aliases(KeyId=key_id)["Aliases"]))


def _deleted_alias(account: Account) -> None:
    name = _alias(account, account.key())
    account.kms.delete_alias(AliasName=name)
    account.kms.describe_key(KeyId=name)


def _by_arn(account: Account) -> None:
    key_id = account.key()
    name = _alias(account, key_id)
    arn = account.metadata(key_id)["Arn"].replace(f"key/{key_id}", name)
    account.blob(arn)


# ------------------------------------------------------------------------------------- tags


def _tags() -> Iterator[Row]:
    for name, documented, tags in (
        ("50 tags", SUCCESS, _numbered(50)),
        ("51 tags", TAG, _numbered(51)),
        ("The same tag key twice", TAG, [("a", "1"), ("a", "2")]),
        ("A tag key that begins with aws:", TAG, [("aws:a", "1")]),
        ("A tag key of 128 characters", SUCCESS, [("x" * 128, "1")]),
        ("A tag key of 129 characters", VALIDATION, [("x" * 129, "1")]),
        ("A tag value of 256 characters", SUCCESS, [("a", "x" * 256)]),
        ("A tag value of 257 characters", VALIDATION, [("a", "x" * 257)]),
        ("An empty tag value", SUCCESS, [("a", "")]),
        ("An empty tag key", VALIDATION, [("", "x")]),
    ):
        yield f"CreateKey: {name}", documented, _created_with(tags)
        yield f"TagResource: {name}", documented, _tagged_with(tags)
    yield "TagResource beyond 50 tags", TAG, _beyond
    yield "TagResource replaces a value", "2", _replaced
    yield (
        "UntagResource of a tag that is not there",
        SUCCESS,
        lambda a: a.kms.untag_resource(KeyId=a.key(), TagKeys=["none"]),
    )


def _numbered(number: int) -> list[tuple[str, str]]:
    return [(f"key-{one}", "value") for one in range(number)]


def _listed(tags: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"TagKey": key, "TagValue": value} for key, value in tags]


def _created_with(tags: list[tuple[str, str]]) -> Call:
    return lambda account: account.unchecked.create_key(Tags=_listed(tags))


def _tagged_with(tags: list[tuple[str, str]]) -> Call:
    return lambda account: account.unchecked.tag_resource(KeyId=account.key(), Tags=_listed(tags))


def _beyond(account: Account) -> None:
    key_id = account.key(Tags=_listed(_numbered(50)))
    account.kms.tag_resource(KeyId=key_id, Tags=_listed([("more", "x")]))


def _replaced(account: Account) -> str:
    key_id = account.key(Tags=_listed([("a", "1")]))
    account.kms.tag_resource(KeyId=key_id, Tags=_listed([("a", "2")]))
    return str(account.kms.list_resource_tags(KeyId=key_id)["Tags"][0]["TagValue"])


# ------------------------------------------------------------------------------------ pages


def _pages() -> Iterator[Row]:
    for name, default, fill, parameters in _LISTS:
        if default:
            yield (
                f"{name}: the size of a page by default",
                str(default),
                _page(name, fill, parameters),
            )
            yield f"{name}: all, by pages", SUCCESS, _all(name, fill, parameters)
        yield f"{name}: a page of one", "1", _page(name, fill, parameters, Limit=1)
        yield f"{name}: a marker that is none", MARKER, _page(name, fill, parameters, Marker="none")
        yield f"{name}: a limit of 0", VALIDATION, _page(name, fill, parameters, Limit=0)
        yield f"{name}: a limit of 1,001", VALIDATION, _page(name, fill, parameters, Limit=1001)
    yield "ListKeys: a limit of 1,000", SUCCESS, lambda a: a.kms.list_keys(Limit=1000)
    yield "ListKeys: a key deleted between two pages moves nothing", SUCCESS, _deleted_between


Fill = Callable[[Account, int], Any]


def _keys(account: Account, number: int) -> dict[str, str]:
    for _ in range(number):
        account.key()
    return {}


def _some_aliases(account: Account, number: int) -> dict[str, str]:
    """Create aliases of keys; each key can have 50."""
    keys = [account.key() for _ in range(0, number, 50)]
    for one in range(number):
        _alias(account, keys[one // 50], f"alias/{keys[0]}-{one}")
    return {}


def _some_grants(account: Account, number: int) -> dict[str, str]:
    key_id = account.key()
    root = f"arn:aws:iam::{account.metadata(key_id)['AWSAccountId']}:root"
    for _ in range(number):
        account.kms.create_grant(KeyId=key_id, GranteePrincipal=root, Operations=["Decrypt"])
    return {"KeyId": key_id}


def _some_tags(account: Account, number: int) -> dict[str, str]:
    return {"KeyId": account.key(Tags=_listed(_numbered(min(number, 50))))}


def _some_rotations(account: Account, number: int) -> dict[str, str]:
    key_id = account.key()
    for _ in range(min(number, 3)):
        account.kms.rotate_key_on_demand(KeyId=key_id)
    return {"KeyId": key_id}


_LISTS: list[tuple[str, int, Fill, str]] = [
    ("ListKeys", 100, _keys, "Keys"),
    ("ListAliases", 50, _some_aliases, "Aliases"),
    ("ListGrants", 50, _some_grants, "Grants"),
    ("ListResourceTags", 0, _some_tags, "Tags"),
    ("ListKeyRotations", 0, _some_rotations, "Rotations"),
]
_METHODS = {
    "ListKeys": "list_keys",
    "ListAliases": "list_aliases",
    "ListGrants": "list_grants",
    "ListResourceTags": "list_resource_tags",
    "ListKeyRotations": "list_key_rotations",
}


def _page(name: str, fill: Fill, field: str, **more: Any) -> Call:
    def call(account: Account) -> str:
        asked = fill(account, 2 if more else 105)
        return str(len(getattr(account.unchecked, _METHODS[name])(**asked, **more)[field]))

    return call


def _all(name: str, fill: Fill, field: str) -> Call:
    def call(account: Account) -> str:
        asked = fill(account, 105)
        pages = account.kms.get_paginator(_METHODS[name]).paginate(**asked)
        number = sum(len(page[field]) for page in pages)
        return SUCCESS if number >= 105 else str(number)  # noqa: PLR2004

    return call


def _deleted_between(account: Account) -> str:
    kms = account.in_region("eu-north-1")  # where no other behaviour has left a thousand keys
    made = [kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(4)]
    everything = [key["KeyId"] for key in kms.list_keys(Limit=1000)["Keys"]]
    place = everything.index(made[1])
    first = kms.list_keys(Limit=place + 1)
    kms.schedule_key_deletion(KeyId=made[0], PendingWindowInDays=7)
    account.emulator.advance(days=8)
    rest = kms.list_keys(Limit=1000, Marker=first["NextMarker"])["Keys"]
    return SUCCESS if {made[2], made[3]} <= {key["KeyId"] for key in rest} else "a key is missing"
