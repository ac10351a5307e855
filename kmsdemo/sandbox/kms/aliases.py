"""CreateAlias, UpdateAlias, DeleteAlias and ListAliases.

AWS: "Aliases in AWS KMS", AWS KMS Developer Guide.
"""

from __future__ import annotations

import re
from typing import Final

from kmsdemo.sandbox.key import Alias, Answer, Key
from kmsdemo.sandbox.kms import paging
from kmsdemo.sandbox.kms.request import Request
from kmsdemo.sandbox.refusal import Refusal, constraint, invalid

_MOST_OF_A_KEY: Final = 50  # "Resource quotas", AWS KMS Developer Guide
_NEW_NAME: Final = re.compile(r"alias/[a-zA-Z0-9/_-]+")
_PREFIX_IS_MISSING: Final = (
    'Alias must start with the prefix "alias/". Please see '
    "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html"
)


def check_name(operation: str, name: str) -> None:
    """Check the name of an alias, before it is looked up.

    Raises:
        Refusal: ``ValidationException``, or ``NotAuthorizedException`` for the names of AWS.
    """
    if not name.startswith("alias/"):
        raise invalid(_PREFIX_IS_MISSING)
    if name.startswith("alias/aws/"):
        raise Refusal("NotAuthorizedException")
    if operation == "CreateAlias" and not _NEW_NAME.fullmatch(name):
        rule = "Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$"
        raise constraint(name, "aliasName", rule)


def create_alias(request: Request) -> Answer:
    """Answer CreateAlias."""
    name = request.parameters["AliasName"]
    if name in request.store.aliases:
        message = f"An alias with the name {request.call.arn(name)} already exists"
        raise Refusal("AlreadyExistsException", message)
    _check_quota(request)
    now = request.now
    request.store.aliases[name] = Alias(name, request.key.id, created=now, updated=now)
    return {}


def update_alias(request: Request) -> Answer:
    """Answer UpdateAlias: the new key must have the type and the usage of the current one."""
    alias = request.store.aliases[request.parameters["AliasName"]]
    current = request.source_key
    if (_type(current), current.key_usage) != (_type(request.key), request.key.key_usage):
        raise invalid(
            f"{request.key.arn} must have the same type and key usage as {current.arn}, the "
            f"current target of {alias.name}."
        )
    if current is not request.key:
        _check_quota(request)
    alias.target_key_id, alias.updated = request.key.id, request.now
    return {}


def delete_alias(request: Request) -> Answer:
    """Answer DeleteAlias."""
    del request.store.aliases[request.parameters["AliasName"]]
    return {}


def list_aliases(request: Request) -> Answer:
    """Answer ListAliases: those of all keys, or of one."""
    listed = request.store.aliases.values()
    if request.target:
        listed = request.store.aliases_of(request.target)  # type: ignore[assignment]
    return paging.page(
        request,
        "Aliases",
        listed,
        place=lambda alias: (alias.name,),
        entry=lambda alias: {
            "AliasName": alias.name,
            "AliasArn": request.call.arn(alias.name),
            "TargetKeyId": alias.target_key_id,
            "CreationDate": alias.created,
            "LastUpdatedDate": alias.updated,
        },
    )


def _check_quota(request: Request) -> None:
    """Check that the key can have one more alias; the message is AWS's."""
    used = len(request.store.aliases_of(request.key))
    if used >= _MOST_OF_A_KEY:
        raise Refusal(
            "LimitExceededException",
            f"Aliases per key quota for this account in this region is {_MOST_OF_A_KEY}, "
            f"current usage is {used}.",
        )


def _type(key: Key) -> str:
    """Return the type of a key: symmetric, HMAC or asymmetric."""
    kind = key.key_spec.partition("_")[0]
    return kind if kind in ("SYMMETRIC", "HMAC") else "asymmetric"
