"""Principals in policies and grants: a renamed one stays, a deleted one becomes its unique id.

A user or role that is deleted and created again is another principal.

AWS: "AWS JSON policy elements: Principal", IAM User Guide.
"""

from __future__ import annotations

import json
from typing import Any

from moto.iam.models import IAMBackend, iam_backends

from kmsdemo.sandbox.key import Grant
from kmsdemo.sandbox.kms import stores

_moto_delete_role = IAMBackend.delete_role
_moto_delete_user = IAMBackend.delete_user
_moto_update_user = IAMBackend.update_user


def _delete_role(iam: IAMBackend, role_name: str) -> None:
    """Replace ``delete_role``."""
    role = iam.get_role(role_name)
    _moto_delete_role(iam, role_name)
    _replace(role.arn, role.id)


def _delete_user(iam: IAMBackend, user_name: str) -> None:
    """Replace ``delete_user``."""
    user = iam.get_user(user_name)
    _moto_delete_user(iam, user_name)
    _replace(user.arn, user.id)


def _update_user(iam: IAMBackend, user_name: str, *new: Any, **named: Any) -> None:
    """Replace ``update_user``, which gives a user another name or path."""
    user = iam.get_user(user_name)
    arn = user.arn
    _moto_update_user(iam, user_name, *new, **named)
    _replace(arn, user.arn)


PATCHES: tuple[tuple[Any, str, Any], ...] = (
    (IAMBackend, "delete_role", _delete_role),
    (IAMBackend, "delete_user", _delete_user),
    (IAMBackend, "update_user", _update_user),
)
"""The owner, the name and the replacement of each attribute of moto."""


def _replace(arn: str, name: str) -> None:
    """Replace a principal in the key policies, grants and trust policies of all accounts."""
    for key in (key for store in stores.used() for key in store.keys.values()):
        key.policy = _replaced(key.policy, arn, name)
        for grant in key.grants.values():
            _replace_in_grant(grant, arn, name)
    for account in list(iam_backends.values()):
        for role in (role for iam in account.values() for role in iam.roles.values()):
            trust = role.assume_role_policy_document
            role.assume_role_policy_document = _replaced(trust, arn, name)


def _replace_in_grant(grant: Grant, arn: str, name: str) -> None:
    if grant.grantee_principal == arn:
        grant.grantee_principal = name
    if grant.retiring_principal == arn:
        grant.retiring_principal = name


def _replaced(document: str, arn: str, name: str) -> str:
    """Return a policy document with another principal; unchanged if it does not name this one."""
    policy = json.loads(document)
    statements = policy["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        for element in ("Principal", "NotPrincipal"):
            if isinstance(named := statement.get(element), dict) and "AWS" in named:
                named["AWS"] = _with_name(named["AWS"], arn, name)
    return document if policy == json.loads(document) else json.dumps(policy)


def _with_name(principals: str | list[str], arn: str, name: str) -> str | list[str]:
    if isinstance(principals, str):
        return name if principals == arn else principals
    return [name if one == arn else one for one in principals]
