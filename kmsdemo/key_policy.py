"""Key policies: the policy that the AWS console writes, statements, and a policy in words."""

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
        account_root_arn: ``arn:aws:iam::ACCOUNT:root``; its statement lets IAM policies of the
            account allow access to the key.
        administrators: ARNs of IAM users or roles that can manage the key but not use it.
        users: ARNs of IAM users or roles that can use the key but not manage it.

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
    """Return a key policy with one more statement that allows a principal actions.

    Args:
        policy: The key policy, a JSON document.
        principal: ARN of an IAM user or role.
        actions: Such as ``kms:Decrypt``.
        encryption_context: Allow the actions only with these pairs in the encryption context.

    AWS: "kms:EncryptionContext:context-key", AWS KMS Developer Guide.
    """
    document = json.loads(policy)
    statement = _allow(f"Allow {principal.rpartition('/')[2]}", [principal], actions)
    if encryption_context:
        pairs = {f"kms:EncryptionContext:{name}": v for name, v in encryption_context.items()}
        statement["Condition"] = {"StringEquals": pairs}
    return json.dumps({**document, "Statement": [*document["Statement"], statement]})


def allows(policy: str, principal: str, action: str) -> bool:
    """Return whether a statement of a key policy allows a principal, named by its ARN, an action.

    Args:
        policy: The key policy, a JSON document.
        principal: The ARN as the policy writes it. Conditions and denials are not evaluated.
        action: Such as ``kms:Decrypt``; the policy may name it with wildcards.
    """
    return any(
        fnmatchcase(action, pattern)
        for statement in json.loads(policy)["Statement"]
        if statement["Effect"] == "Allow" and principal in _listed(statement["Principal"]["AWS"])
        for pattern in _listed(statement["Action"])
    )


def in_words(policy: str) -> list[str]:
    """Return a sentence for each statement of a key policy: who can, or cannot, do what.

    Args:
        policy: The key policy, a JSON document.
    """
    return [_sentence(statement) for statement in _listed(json.loads(policy)["Statement"])]


def _sentence(statement: Mapping[str, Any]) -> str:
    who = " and ".join(map(_name, _principals(statement.get("Principal", {}))))
    if not_them := " and ".join(map(_name, _principals(statement.get("NotPrincipal", {})))):
        who = f"everyone except {not_them}"
    can = "can" if statement["Effect"] == "Allow" else "cannot"
    if (who, can) == ("everyone", "cannot"):
        who, can = "no one", "can"
    return f"{who} {can} {_permissions(statement)}{_condition(statement.get('Condition', {}))}."


def _principals(principal: Any) -> list[str]:
    if isinstance(principal, str):
        return [principal]
    return [name for named in principal.values() for name in _listed(named)]


def _name(principal: str) -> str:
    """Return a principal in words: a user or a role by its name."""
    if principal == "*":
        return "everyone"
    if principal.endswith(":root"):
        return f"the account {principal.split(':')[4]} and everyone its IAM policies allow"
    return principal.rpartition("/")[2]


def _permissions(statement: Mapping[str, Any]) -> str:
    everything = "everything" if statement["Effect"] == "Allow" else "anything"
    actions = _listed(statement.get("Action", []))
    if "kms:*" in actions or "*" in actions:
        return f"do {everything} with the key"
    known = {frozenset(ADMINISTRATION): "manage the key", frozenset(USE): "use the key"}
    if frozenset(actions) in known:
        return known[frozenset(actions)]
    if "NotAction" in statement:
        return f"do {everything} except {_actions(_listed(statement['NotAction']))}"
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
