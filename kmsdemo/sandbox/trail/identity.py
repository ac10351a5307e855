"""The ``userIdentity`` of an event: who made a call.

AWS: "CloudTrail userIdentity element", AWS CloudTrail User Guide.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kmsdemo.sandbox.access import principals
from kmsdemo.sandbox.access.principals import Principal
from kmsdemo.sandbox.access.sessions import Session

Identity = dict[str, Any]


def of_principal(principal: Principal) -> Identity:
    """Return the ``userIdentity`` of a principal, as its own account sees it."""
    identity = {
        "type": _type(principal),
        "principalId": principal.user_id,
        "arn": principal.arn,
        "accountId": principal.account,
        "accessKeyId": principal.access_key_id,
    }
    if identity["type"] == "IAMUser" and principal.user:
        identity["userName"] = principal.user.name
    if principal.session is None:
        return identity
    return {**identity, "sessionContext": _session_context(principal, principal.session)}


def in_other_account(principal: Principal) -> Identity:
    """Return the ``userIdentity`` of a principal, as another account sees it."""
    return {
        "type": "AWSAccount",
        "principalId": principal.user_id,
        "accountId": principal.account,
    }


def of_aws(account: str) -> Identity:
    """Return the ``userIdentity`` of what AWS does on its own in an account."""
    return {"accountId": account, "invokedBy": "AWS Internal"}


def user_name(identity: Mapping[str, Any]) -> str:
    """Return the ``Username`` by which events are looked up; empty if AWS has none.

    For an assumed role, it is the name of the session.
    """
    if identity.get("type") == "Root":
        return "root"
    if identity.get("type") in ("AssumedRole", "FederatedUser"):
        return str(identity["arn"]).rpartition("/")[2]
    return str(identity.get("userName", ""))


def _type(principal: Principal) -> str:
    session = principal.session
    if session and session.role_arn:
        return "AssumedRole"
    if session and session.is_federated:
        return "FederatedUser"
    return "IAMUser" if principal.user else "Root"


def _session_context(principal: Principal, session: Session) -> dict[str, Any]:
    attributes = {
        "creationDate": f"{session.start:%Y-%m-%dT%H:%M:%SZ}",
        "mfaAuthenticated": "false",
    }
    if not session.role_arn and not session.is_federated:
        return {"attributes": attributes}
    return {"sessionIssuer": _issuer(principal, session), "attributes": attributes}


def _issuer(principal: Principal, session: Session) -> Identity:
    """Return who issued a session: the role, or the user or root user of a federated user."""
    if session.role_arn:
        return {
            "type": "Role",
            "principalId": principal.user_id.partition(":")[0],
            "arn": session.role_arn,
            "accountId": principal.account,
            "userName": session.role_arn.rpartition("/")[2],
        }
    if user := principal.user:
        return {
            "type": "IAMUser",
            "principalId": user.id,
            "arn": user.arn,
            "accountId": principal.account,
            "userName": user.name,
        }
    return {
        "type": "Root",
        "principalId": principal.account,
        "arn": principals.root_arn(principal.account),
        "accountId": principal.account,
    }
