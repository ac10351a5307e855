"""Who may: the key policy decides, together with IAM policies and grants, as AWS evaluates them.

AWS: "Determining access to AWS KMS keys" and "Policy evaluation", AWS KMS Developer Guide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from moto.iam.models import iam_backends
from moto.kms.models import Grant, Key

from kmsdemo.sandbox.access import policy_document, principals
from kmsdemo.sandbox.access.policy_document import (
    MalformedPolicy,
    RequestContext,
    Statement,
)
from kmsdemo.sandbox.access.principals import Principal
from kmsdemo.sandbox.call import Call, is_account_id
from kmsdemo.sandbox.refusal import Refusal

EXPLICIT_DENY = "with an explicit deny"
_ROOT = re.compile(r"arn:[\w-]+:iam::(\d{12}):root")
_MAY_NOT_LOCK_OUT = "The new key policy will not allow you to update the key policy in the future."
_WHO_IS_THIS = "Policy contains a statement with one or more invalid principals."


@dataclass(frozen=True, slots=True)
class Caller:
    """Who signed a call, and what IAM lets them do.

    Attributes:
        arn: The user, the role's session, or the account's root.
        account: Twelve digits.
        names: The principals in a policy that mean this caller.
        policies: The statements of the caller's IAM policies; ``None`` for root, who needs none.
        session_policies: The statements that limit the caller's session; ``None`` where none do.
    """

    arn: str
    account: str
    names: frozenset[str]
    policies: Sequence[Statement] | None
    session_policies: Sequence[Statement] | None = None


def caller_of(call: Call) -> Caller:
    """Return who signed a call.

    Raises:
        Refusal: ``UnrecognizedClientException``, for an access key that is not there (any more).
    """
    principal = principals.find(call.access_key_id, call.partition)
    if principal is None:
        message = "The security token included in the request is invalid."
        raise Refusal("UnrecognizedClientException", message)
    return caller_for(principal)


def caller_for(principal: Principal) -> Caller:
    """Return a principal with what IAM lets it do.

    Raises:
        Refusal: ``AccessDeniedException``, where one of its policies cannot be evaluated.
    """
    session = principal.session
    try:
        policies = None if principal.is_root else _listed(principal.policies)
        limits = None if session is None or session.policies is None else _listed(session.policies)
    except MalformedPolicy as error:
        message = f"The sandbox cannot evaluate an IAM policy of {principal.arn}: {error}"
        raise Refusal("AccessDeniedException", message) from error
    return Caller(principal.arn, principal.account, principal.names, policies, limits)


def check(caller: Caller, key: Key | None, action: str, context: Context, named: str = "") -> None:
    """Refuse what the caller may not do.

    Args:
        caller: Who signed the call.
        key: The key that it is about, if it is about one.
        action: Without ``kms:``; ``ReEncryptFrom`` and ``ReEncryptTo`` are two.
        context: The values of condition keys.
        named: What the caller calls the key: of another account's, nothing else is told.

    Raises:
        Refusal: ``AccessDeniedException``, worded as AWS words it.
    """
    request = RequestContext(f"kms:{action}", key.arn if key else "*", context)
    if reason := _judge(caller, key, request):
        is_own = key is not None and key.account_id == caller.account
        raise _denied(caller, request, key.arn if key and is_own else named, reason)


def denied_elsewhere(caller: Caller, action: str, named: str, context: Context) -> Refusal:
    """Return how a key of another account is refused that is not there: as one that is."""
    request = RequestContext(f"kms:{action}", named, context)
    return _denied(caller, request, named, judge_by([], caller, _owner(named), request))


def _denied(caller: Caller, request: RequestContext, resource: str, reason: str) -> Refusal:
    on = f" on resource: {resource}" if resource else ""
    return Refusal(
        "AccessDeniedException",
        f"User: {caller.arn} is not authorized to perform: {request.action}{on} {reason}",
    )


def check_new_policy(call: Call, caller: Caller, key_arn: str, document: str) -> None:
    """Refuse a key policy that is malformed, names nobody, or locks its own author out.

    Args:
        call: The call that brings it.
        caller: Who signed the call.
        key_arn: The key that it is for, which may not exist yet.
        document: The policy document, JSON text.

    Raises:
        Refusal: ``MalformedPolicyDocumentException``.

    AWS: PutKeyPolicy, ``BypassPolicyLockoutSafetyCheck``, AWS KMS API Reference.
    """
    try:
        listed = policy_document.statements(document)
    except MalformedPolicy as error:
        raise Refusal("MalformedPolicyDocumentException", str(error)) from error
    named = {name for statement in listed for name in policy_document.principals(statement)}
    if not all(_exists(name) for name in named):
        raise Refusal("MalformedPolicyDocumentException", _WHO_IS_THIS)
    if call.parameters.get("BypassPolicyLockoutSafetyCheck"):
        return
    request = RequestContext("kms:PutKeyPolicy", key_arn, context_of(call, caller))
    if judge_by(listed, caller, _owner(key_arn), request):
        raise Refusal("MalformedPolicyDocumentException", _MAY_NOT_LOCK_OUT)


Context = dict[str, list[str]]


def context_of(
    call: Call, caller: Caller, encryption_context: str = "EncryptionContext"
) -> Context:
    """Return the values of the condition keys that a call has; it never comes by another service.

    Args:
        call: The call.
        caller: Who signed it.
        encryption_context: The parameter that holds the encryption context.

    AWS: "AWS KMS condition keys", AWS KMS Developer Guide.
    """
    pairs = call.encryption_context(encryption_context)
    context: Context = {
        "kms:CallerAccount": [caller.account],
        "kms:GrantIsForAWSResource": ["false"],
        "aws:PrincipalAccount": [caller.account],
        "aws:PrincipalArn": [caller.arn],
    }
    if pairs:
        context["kms:EncryptionContextKeys"] = list(pairs)
    for name, value in pairs.items():
        context[f"kms:EncryptionContext:{name}"] = [value]
    if call.operation == "ScheduleKeyDeletion":
        days = call.parameters.get("PendingWindowInDays", 30)
        context["kms:ScheduleKeyDeletionPendingWindowInDays"] = [str(days)]
    return context


def _listed(documents: Iterable[str]) -> list[Statement]:
    return [statement for document in documents for statement in _statements(document)]


@lru_cache(maxsize=1024)
def _statements(document: str) -> list[Statement]:
    return policy_document.statements(document)


def _judge(caller: Caller, key: Key | None, request: RequestContext) -> str:
    """Return why a caller may not, or nothing where it may."""
    if key is None:
        return judge_by_iam(caller, request)
    reason = judge_by(_statements(key.policy), caller, key.account_id, request)
    granted = any(_allows(grant, caller, request) for grant in key.grants.values())
    if granted and not reason.startswith(EXPLICIT_DENY):
        return _judge_by_session(caller, request)
    return reason


def judge_by_iam(caller: Caller, request: RequestContext) -> str:
    """Return why IAM policies, and those of the session, do not let a caller, or nothing."""
    by_session = _judge_by_session(caller, request)
    if by_session or caller.policies is None:
        return by_session
    return _judge_by_statements(caller.policies, "identity-based", request)


def _judge_by_session(caller: Caller, request: RequestContext) -> str:
    if caller.session_policies is None:
        return ""
    return _judge_by_statements(caller.session_policies, "session", request)


def _judge_by_statements(listed: Sequence[Statement], kind: str, request: RequestContext) -> str:
    if any(policy_document.matching(listed, "Deny", request)):
        return f"{EXPLICIT_DENY} in {'an' if kind[0] == 'i' else 'a'} {kind} policy"
    if any(policy_document.matching(listed, "Allow", request)):
        return ""
    return f"because no {kind} policy allows the {request.action} action"


def _owner(arn: str) -> str:
    return arn.split(":")[4]


def judge_by(
    listed: Sequence[Statement], caller: Caller, owner: str, request: RequestContext
) -> str:
    """Return why a resource's policy, in its owner's account, does not let a caller, or nothing.

    AWS: "Policy evaluation logic", IAM User Guide: what lets a session by its own ARN is not
    limited by the session's policies; what lets its role is.
    """
    if any(_means(s, caller) for s in policy_document.matching(listed, "Deny", request)):
        return f"{EXPLICIT_DENY} in a resource-based policy"
    by_iam = judge_by_iam(caller, request)
    if by_iam.startswith(EXPLICIT_DENY):
        return by_iam
    allowing = list(policy_document.matching(listed, "Allow", request))
    if caller.account == owner and any(_means_by_name(s, caller) for s in allowing):
        is_named = any(caller.arn in policy_document.principals(s) for s in allowing)
        return "" if is_named else _judge_by_session(caller, request)
    if any(_means(s, caller) for s in allowing):
        return by_iam
    return f"because no resource-based policy allows the {request.action} action"


def _means(statement: Statement, caller: Caller) -> bool:
    """Say whether a statement's principal is the caller or the caller's account."""
    if "NotPrincipal" in statement:
        listed = policy_document.principals({"Principal": statement["NotPrincipal"]})
        return not any(_is(name, caller) for name in listed)
    return any(_is(name, caller) for name in policy_document.principals(statement))


def _means_by_name(statement: Statement, caller: Caller) -> bool:
    return any(
        name == "*" or name in caller.names for name in policy_document.principals(statement)
    )


def _is(name: str, caller: Caller) -> bool:
    return name == "*" or name in caller.names or _account_named(name) == caller.account


def _account_named(name: str) -> str:
    """Return the account that a principal is, or nothing where it is someone in particular."""
    root = _ROOT.fullmatch(name)
    return root[1] if root else name if is_account_id(name) else ""


def _exists(name: str) -> bool:
    """Say whether a principal exists; of accounts that were never used here nothing is known."""
    parts = re.fullmatch(r"arn:([\w-]+):(iam|sts)::(\d{12}):(.+)", name)
    if name == "*" or is_account_id(name) or _ROOT.fullmatch(name):
        return True
    if parts is None:
        return False
    if parts[3] not in iam_backends:
        return True
    iam = iam_backends[parts[3]][parts[1]]
    arns = {user.arn for user in iam.users.values()} | {role.arn for role in iam.roles.values()}
    return parts[2] == "sts" or name in arns


def _allows(grant: Grant, caller: Caller, request: RequestContext) -> bool:
    operation = request.action.removeprefix("kms:")
    return (
        grant.grantee_principal in caller.names
        and operation in (grant.operations or [])
        and _within(grant.constraints or {}, request)
    )


def _within(constraints: dict[str, dict[str, str]], request: RequestContext) -> bool:
    """Say whether the encryption context is as a grant's constraints want it."""
    prefix = "kms:EncryptionContext:"
    context = {
        name.removeprefix(prefix): values[0]
        for name, values in request.context_keys.items()
        if name.startswith(prefix)
    }
    equals = constraints.get("EncryptionContextEquals")
    subset = constraints.get("EncryptionContextSubset", {})
    return equals in (None, context) and subset.items() <= context.items()
