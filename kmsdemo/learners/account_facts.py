"""The state of the lab in an account, and its events in the audit trail. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from kmsdemo import keys, table, vault
from kmsdemo.aws_errors import translate_errors
from kmsdemo.errors import AwsFailed, KeyNotFound, TableNotFound
from kmsdemo.keys import ALIAS_PREFIX, Key
from kmsdemo.learners import audit_trail
from kmsdemo.learners.audit_trail import AuditTrail
from kmsdemo.table import Table
from kmsdemo.vault import Item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient

    from kmsdemo.account.clients import Clients

SANDBOX_TIME: Final = "x-kmsdemo-time"
"""The header with the time of the account, whose clock the sandbox can move; AWS has only Date."""
_RESERVED_PREFIX: Final = "alias/aws/"
_MAX_ITEMS: Final = 200


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """An account in a Region, as the check sees it.

    Attributes:
        now: The time by the account's clock.
        is_sandbox: Whether the account is in a sandbox.
        aliases: The id of the key of each alias of a customer managed key.
        keys: The keys with an alias of the lab.
        table: The lab's table; ``None`` if it does not exist or is being deleted.
        other_tables: The names of the tables, where the lab's does not exist.
        items: Items of the lab's table, at most 200.
        trail: What happened to these keys and to those that are deleted.
    """

    now: datetime
    is_sandbox: bool
    aliases: Mapping[str, str]
    keys: Sequence[Key]
    table: Table | None
    other_tables: Sequence[str]
    items: Sequence[Item]
    trail: AuditTrail


def read(clients: Clients) -> AccountFacts:
    """Read an account.

    Raises:
        KmsdemoError: The account cannot be read: no credentials, no endpoint, no permission.
    """
    headers, aliases = _aliases(clients.kms)
    lab_keys = list(_keys(clients.kms, aliases))
    found = _table(clients.dynamodb)
    return AccountFacts(
        now=_now(headers),
        is_sandbox=SANDBOX_TIME in headers,
        aliases=aliases,
        keys=lab_keys,
        table=found,
        other_tables=[] if found else table.names(clients.dynamodb),
        items=_items(clients.dynamodb) if found and found.is_the_labs else [],
        trail=audit_trail.read(clients.cloudtrail, [key.arn for key in lab_keys]),
    )


def _aliases(kms: KMSClient) -> tuple[Mapping[str, str], dict[str, str]]:
    """Return the headers of the response, and the id of the key of each alias.

    AWS: ListAliases, AWS KMS API Reference.
    """
    with translate_errors(key_id="this account"):
        pages: list[Any] = list(kms.get_paginator("list_aliases").paginate())
        found = {
            alias["AliasName"]: alias["TargetKeyId"]
            for page in pages
            for alias in page["Aliases"]
            if "TargetKeyId" in alias and not alias["AliasName"].startswith(_RESERVED_PREFIX)
        }
    return pages[-1].get("ResponseMetadata", {}).get("HTTPHeaders", {}), found


def is_lab_alias(alias: str) -> bool:
    """Return whether an alias is ``alias/demo-kms-`` and a suffix."""
    return alias.startswith(ALIAS_PREFIX) and alias != ALIAS_PREFIX


def _keys(kms: KMSClient, aliases: Mapping[str, str]) -> Iterator[Key]:
    ids = [key_id for alias, key_id in aliases.items() if is_lab_alias(alias)]
    for key_id in dict.fromkeys(ids):
        with suppress(KeyNotFound):  # its waiting period has just ended
            yield keys.describe(kms, key_id)


def _table(dynamodb: DynamoDBClient) -> Table | None:
    with suppress(TableNotFound):
        found = table.describe(dynamodb)
        return found if found.status != "DELETING" else None
    return None


def _items(dynamodb: DynamoDBClient) -> list[Item]:
    """Return the first items; none of a table whose deletion has just begun."""
    try:
        return list(islice(vault.items(dynamodb), _MAX_ITEMS))
    except TableNotFound:
        return []
    except AwsFailed as error:
        if error.code == "ResourceInUse":
            return []
        raise


def _now(headers: Mapping[str, str]) -> datetime:
    """Return the time of the account: the sandbox's, AWS's, or at worst this machine's."""
    if SANDBOX_TIME in headers:
        return datetime.fromisoformat(headers[SANDBOX_TIME])
    with suppress(KeyError, ValueError):
        return parsedate_to_datetime(headers["date"]).astimezone(timezone.utc)
    return datetime.now(timezone.utc)
