"""The key policy of the lab: who may manage the key, and who may use it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

ADMINISTRATION = (
    "kms:Create*",
    "kms:Describe*",
    "kms:Enable*",
    "kms:List*",
    "kms:Put*",
    "kms:Update*",
    "kms:Revoke*",
    "kms:Disable*",
    "kms:Get*",
    "kms:Delete*",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:ScheduleKeyDeletion",
    "kms:CancelKeyDeletion",
)
USE = (
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:ReEncrypt*",
    "kms:GenerateDataKey*",
    "kms:DescribeKey",
)


def for_principals(
    account_root_arn: str, *, administrators: Sequence[str] = (), users: Sequence[str] = ()
) -> str:
    """Return the key policy that the AWS console writes for key administrators and key users.

    Args:
        account_root_arn: ``arn:aws:iam::ACCOUNT:root``; so the account can manage its key.
        administrators: ARNs of IAM users or roles that manage the key and do not use it.
        users: ARNs of IAM users or roles that use the key and do not manage it.

    Returns:
        The policy document, as the JSON text that ``PutKeyPolicy`` takes.

    AWS: "Default key policy", AWS KMS Developer Guide.
    """
    statements = [_allow("Enable IAM User Permissions", [account_root_arn], ["kms:*"])]
    if administrators:
        statements.append(
            _allow("Allow access for Key Administrators", administrators, ADMINISTRATION)
        )
    if users:
        statements.append(_allow("Allow use of the key", users, USE))
    return json.dumps(
        {"Version": "2012-10-17", "Id": "key-consolepolicy-3", "Statement": statements}
    )


def allowing(
    policy: str,
    principal: str,
    actions: Sequence[str],
    *,
    encryption_context: Mapping[str, str] | None = None,
) -> str:
    """Return a key policy with one more statement, which allows a principal some actions.

    Args:
        policy: The policy document, JSON text.
        principal: ARN of an IAM user or role.
        actions: Such as ``kms:Decrypt``.
        encryption_context: Allow it only where the call has these pairs.

    AWS: "kms:EncryptionContext:context-key", AWS KMS Developer Guide.
    """
    document = json.loads(policy)
    statement = _allow(f"Allow {principal.rpartition('/')[2]}", [principal], actions)
    if encryption_context:
        pairs = {f"kms:EncryptionContext:{name}": v for name, v in encryption_context.items()}
        statement["Condition"] = {"StringEquals": pairs}
    return json.dumps({**document, "Statement": [*document["Statement"], statement]})


def allows(policy: str, principal: str, action: str) -> bool:
    """Say whether a key policy allows a principal, by its own name, an action.

    Args:
        policy: The policy document, JSON text.
        principal: An ARN, looked for as it is written; conditions are not evaluated.
        action: Such as ``kms:Decrypt``; the policy may name it with wildcards.
    """
    return any(
        fnmatchcase(action, pattern)
        for statement in json.loads(policy)["Statement"]
        if statement["Effect"] == "Allow" and principal in _listed(statement["Principal"]["AWS"])
        for pattern in _listed(statement["Action"])
    )


def in_words(policy: str) -> list[str]:
    """Return a sentence for each statement of a key policy: who may, or may not, do what.

    Args:
        policy: The policy document, JSON text.
    """
    return [_sentence(statement) for statement in _listed(json.loads(policy)["Statement"])]


def _sentence(statement: Mapping[str, Any]) -> str:
    who = " and ".join(map(_name, _principals(statement.get("Principal", {}))))
    if not_them := " and ".join(map(_name, _principals(statement.get("NotPrincipal", {})))):
        who = f"everybody but {not_them}"
    may = "may" if statement["Effect"] == "Allow" else "may not"
    return f"{who} {may} {_deeds(statement)}{_condition(statement.get('Condition', {}))}."


def _principals(principal: Any) -> list[str]:
    if isinstance(principal, str):
        return [principal]
    return [name for named in principal.values() for name in _listed(named)]


def _name(principal: str) -> str:
    """Return a principal as people call it: a user or role by its name."""
    if principal == "*":
        return "everybody"
    if principal.endswith(":root"):
        return f"the account {principal.split(':')[4]}, and whom its IAM policies allow,"
    return principal.rpartition("/")[2]


def _deeds(statement: Mapping[str, Any]) -> str:
    actions = _listed(statement.get("Action", []))
    if "kms:*" in actions or "*" in actions:
        return "do everything with the key"
    known = {frozenset(ADMINISTRATION): "manage the key", frozenset(USE): "use the key"}
    if frozenset(actions) in known:
        return known[frozenset(actions)]
    if "NotAction" in statement:
        return f"do everything but {_actions(_listed(statement['NotAction']))}"
    return _actions(actions)


def _actions(actions: Sequence[str]) -> str:
    return ", ".join(action.removeprefix("kms:") for action in actions)


def _condition(condition: Mapping[str, Mapping[str, Any]]) -> str:
    tests = [
        f"{name.removeprefix('kms:')} {operator} {', '.join(map(str, _listed(values)))}"
        for operator, pairs in condition.items()
        for name, values in pairs.items()
    ]
    return f", if {' and '.join(tests)}" if tests else ""


def _allow(sid: str, principals: Sequence[str], actions: Sequence[str]) -> dict[str, Any]:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"AWS": list(principals)},
        "Action": list(actions),
        "Resource": "*",
    }


def _listed(one_or_many: Any) -> list[Any]:
    return one_or_many if isinstance(one_or_many, list) else [one_or_many]
