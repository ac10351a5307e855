"""Evaluates policies: the request context comes in, the decision goes out with its reason.

AWS: "Policy evaluation logic", IAM User Guide.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kmsdemo.sandbox.access import policy_document
from kmsdemo.sandbox.access.policy_document import Context, RequestContext, Statement
from kmsdemo.sandbox.call import is_account_id

EXPLICIT_DENY: Final = "with an explicit deny"
_ROOT: Final = re.compile(r"arn:[\w-]+:iam::(\d{12}):root")


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller of a call, with the policies that apply to it.

    Attributes:
        arn: The ARN of the user, the session, or the account's root user.
        account: Twelve digits.
        names: The principals in a policy that match this caller: ARNs and unique ids.
        policies: The statements of the caller's IAM policies; ``None`` for the root user, who
            needs none.
        session_policies: The statements of the session policies; ``None`` without any.
        boundary: The statements of the permissions boundary; ``None`` without one.
        own_names: The principals that an allow must name for permissions boundary and session
            policies not to limit it: the user or the session itself, or everyone.
        context: Returns the values of the condition keys that describe the caller.
    """

    arn: str
    account: str
    names: frozenset[str]
    policies: Sequence[Statement] | None
    session_policies: Sequence[Statement] | None = None
    boundary: Sequence[Statement] | None = None
    own_names: frozenset[str] = frozenset()
    context: Context = dict


def evaluate_iam(caller: Caller, request: RequestContext) -> str:
    """Return why the caller's policies deny a request; empty if all kinds of them allow it."""
    if reason := explicit_deny(caller, request):
        return reason
    return _not_allowed(caller.policies, "identity-based policy", request) or _limited(
        caller, request
    )


def evaluate_resource(
    listed: Sequence[Statement], caller: Caller, owner: str, request: RequestContext
) -> str:
    """Return why a resource-based policy and the caller's own policies deny a request.

    Permissions boundary and session policies do not limit what a resource-based policy allows to
    the ARN of the session or of a user, or to everyone (``*``); they limit what it allows to the
    role.

    AWS: "AWS JSON policy elements: Principal", IAM User Guide.

    Args:
        listed: The statements of the resource-based policy.
        caller: The caller.
        owner: The account of the resource, twelve digits.
        request: The request.

    Returns:
        The end of AWS's error message; empty if the request is allowed.
    """
    if any(_means(one, caller) for one in policy_document.matching(listed, "Deny", request)):
        return f"{EXPLICIT_DENY} in a resource-based policy"
    if reason := explicit_deny(caller, request):
        return reason
    allowing = list(policy_document.matching(listed, "Allow", request))
    if caller.account == owner and any(_names(one, caller) for one in allowing):
        is_own = any(caller.own_names.intersection(one.principal.patterns) for one in allowing)
        return "" if is_own else _limited(caller, request)
    if any(_means(one, caller) for one in allowing):
        return evaluate_iam(caller, request)
    return f"because no resource-based policy allows the {request.action} action"


def evaluate_grant(caller: Caller, request: RequestContext) -> str:
    """Return why a request that a grant allows is still denied; empty if it is not."""
    return explicit_deny(caller, request) or _limited(caller, request)


def account_named(name: str) -> str:
    """Return the account that a principal names; empty for a user, role or session."""
    root = _ROOT.fullmatch(name)
    return root[1] if root else name if is_account_id(name) else ""


def explicit_deny(caller: Caller, request: RequestContext) -> str:
    """Return which of the caller's own policies denies a request; empty if none does."""
    for listed, kind in (
        (caller.policies, "an identity-based policy"),
        (caller.boundary, "a permissions boundary"),
        (caller.session_policies, "a session policy"),
    ):
        if listed and any(policy_document.matching(listed, "Deny", request)):
            return f"{EXPLICIT_DENY} in {kind}"
    return ""


def _limited(caller: Caller, request: RequestContext) -> str:
    """Return why the permissions boundary or the session policies do not allow a request."""
    return _not_allowed(caller.boundary, "permissions boundary", request) or _not_allowed(
        caller.session_policies, "session policy", request
    )


def _not_allowed(listed: Sequence[Statement] | None, kind: str, request: RequestContext) -> str:
    if listed is None or any(policy_document.matching(listed, "Allow", request)):
        return ""
    return f"because no {kind} allows the {request.action} action"


def _means(statement: Statement, caller: Caller) -> bool:
    """Return whether a statement's principal matches the caller or the caller's account."""
    names = statement.principal.patterns
    if statement.principal.is_negated:
        return not _is_spared(names, caller)
    return any(_is(name, caller) for name in names)


def _is_spared(names: Sequence[str], caller: Caller) -> bool:
    """Return whether ``NotPrincipal`` names the caller, and the role and the account that it is of.

    It exempts no caller with a permissions boundary.

    AWS: "AWS JSON policy elements: NotPrincipal", IAM User Guide.
    """
    if caller.boundary is not None:
        return False
    of_role = caller.names - caller.own_names
    return "*" in names or (
        not caller.own_names.isdisjoint(names)
        and (not of_role or not of_role.isdisjoint(names))
        and any(account_named(name) == caller.account for name in names)
    )


def _names(statement: Statement, caller: Caller) -> bool:
    """Return whether a statement names the caller itself, not only the caller's account."""
    return any(name == "*" or name in caller.names for name in statement.principal.patterns)


def _is(name: str, caller: Caller) -> bool:
    return name == "*" or name in caller.names or account_named(name) == caller.account
