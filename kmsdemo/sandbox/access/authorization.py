"""Authorizes calls: evaluates the key policy, IAM policies and grants as AWS does.

AWS: "Determining access to AWS KMS keys" and "Policy evaluation", AWS KMS Developer Guide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from moto.iam.models import iam_backends

from kmsdemo.sandbox.access import policy_document, principals
from kmsdemo.sandbox.access.policy_document import (
    MalformedPolicy,
    RequestContext,
    Statement,
)
from kmsdemo.sandbox.access.principals import Principal
from kmsdemo.sandbox.call import Call, is_account_id
from kmsdemo.sandbox.key import Grant, Key
from kmsdemo.sandbox.refusal import Refusal

EXPLICIT_DENY = "with an explicit deny"
_ROOT = re.compile(r"arn:[\w-]+:iam::(\d{12}):root")
_WITHOUT_CONTEXT = ("DescribeKey", "RetireGrant")  # grant constraints do not apply to them
_LOCKS_OUT = "The new key policy will not allow you to update the key policy in the future."
_INVALID_PRINCIPAL = "Policy contains a statement with one or more invalid principals."


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller of a call, with the policies that apply to it.

    Attributes:
        arn: The ARN of the user, the session, or the account's root user.
        account: Twelve digits.
        names: The principals in a policy that match this caller.
        policies: The statements of the caller's IAM policies; ``None`` for the root user, who
            needs none.
        session_policies: The statements of the session policies; ``None`` without any.
    """

    arn: str
    account: str
    names: frozenset[str]
    policies: Sequence[Statement] | None
    session_policies: Sequence[Statement] | None = None


def caller_of(call: Call) -> Caller:
    """Return the caller of a call.

    Raises:
        Refusal: ``UnrecognizedClientException``: the access key does not exist, or is inactive.
    """
    principal = principals.find(call.access_key_id, call.partition)
    if principal is None:
        message = "The security token included in the request is invalid."
        raise Refusal("UnrecognizedClientException", message)
    return caller_for(principal)


def caller_for(principal: Principal) -> Caller:
    """Return a principal with the policies that apply to it.

    Raises:
        Refusal: ``AccessDeniedException``: one of its policies cannot be evaluated.
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
    """Check that the caller has permission for an action.

    Args:
        caller: The caller.
        key: The key of the call, if any.
        action: Without ``kms:``; ReEncrypt needs ``ReEncryptFrom`` and ``ReEncryptTo``.
        context: The values of condition keys.
        named: The name by which the call refers to the key. The message repeats it for a key of
            another account, instead of the key's ARN.

    Raises:
        Refusal: ``AccessDeniedException``, in AWS's words.
    """
    request = RequestContext(f"kms:{action}", key.arn if key else "*", context)
    if reason := _evaluate(caller, key, request):
        is_own = key is not None and key.account_id == caller.account
        raise _denied(caller, request, key.arn if key and is_own else named, reason)


def denied_in_other_account(caller: Caller, action: str, named: str, context: Context) -> Refusal:
    """Return the error for a key that another account does not have: the same as if it had it."""
    request = RequestContext(f"kms:{action}", named, context)
    return _denied(caller, request, named, evaluate_resource([], caller, _owner(named), request))


def _denied(caller: Caller, request: RequestContext, resource: str, reason: str) -> Refusal:
    on = f" on resource: {resource}" if resource else ""
    return Refusal(
        "AccessDeniedException",
        f"User: {caller.arn} is not authorized to perform: {request.action}{on} {reason}",
    )


def check_new_policy(call: Call, caller: Caller, key_arn: str, document: str) -> None:
    """Check a key policy: its form, its principals, and that its author is not locked out.

    Args:
        call: The call that sets it.
        caller: The caller.
        key_arn: The key that it is for, which need not exist yet.
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
    if not all(principal_exists(name) for name in named):
        raise Refusal("MalformedPolicyDocumentException", _INVALID_PRINCIPAL)
    if call.parameters.get("BypassPolicyLockoutSafetyCheck"):
        return
    request = RequestContext("kms:PutKeyPolicy", key_arn, context_of(call, caller))
    if evaluate_resource(listed, caller, _owner(key_arn), request):
        raise Refusal("MalformedPolicyDocumentException", _LOCKS_OUT)


def is_allowed_by_policy(call: Call, caller: Caller, key: Key) -> bool:
    """Return whether policies allow a call, without a look at grants."""
    request = RequestContext(f"kms:{call.operation}", key.arn, context_of(call, caller))
    return not evaluate_resource(_statements(key.policy), caller, key.account_id, request)


Context = dict[str, list[str]]


def context_of(
    call: Call, caller: Caller, encryption_context: str = "EncryptionContext"
) -> Context:
    """Return the values of the condition keys of a call, which never comes through another service.

    Args:
        call: The call.
        caller: The caller.
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


def _evaluate(caller: Caller, key: Key | None, request: RequestContext) -> str:
    """Return why a call is denied; empty if it is allowed."""
    if key is None:
        return evaluate_iam(caller, request)
    reason = evaluate_resource(_statements(key.policy), caller, key.account_id, request)
    granted = any(_allows(grant, caller, request) for grant in key.grants.values())
    if granted and not reason.startswith(EXPLICIT_DENY):
        return _evaluate_session(caller, request)
    return reason


def evaluate_iam(caller: Caller, request: RequestContext) -> str:
    """Return why IAM and session policies deny a request; empty if they allow it."""
    by_session = _evaluate_session(caller, request)
    if by_session or caller.policies is None:
        return by_session
    return _evaluate_statements(caller.policies, "identity-based", request)


def _evaluate_session(caller: Caller, request: RequestContext) -> str:
    if caller.session_policies is None:
        return ""
    return _evaluate_statements(caller.session_policies, "session", request)


def _evaluate_statements(listed: Sequence[Statement], kind: str, request: RequestContext) -> str:
    if any(policy_document.matching(listed, "Deny", request)):
        return f"{EXPLICIT_DENY} in {'an' if kind[0] == 'i' else 'a'} {kind} policy"
    if any(policy_document.matching(listed, "Allow", request)):
        return ""
    return f"because no {kind} policy allows the {request.action} action"


def _owner(arn: str) -> str:
    return arn.split(":")[4]


def evaluate_resource(
    listed: Sequence[Statement], caller: Caller, owner: str, request: RequestContext
) -> str:
    """Return why a resource-based policy and the caller's own policies deny a request.

    Session policies do not limit what a resource-based policy allows to the ARN of the session;
    they limit what it allows to the role.

    Args:
        listed: The statements of the resource-based policy.
        caller: The caller.
        owner: The account of the resource, twelve digits.
        request: The request.

    Returns:
        The end of AWS's error message; empty if the request is allowed.

    AWS: "Policy evaluation logic", IAM User Guide.
    """
    if any(_means(s, caller) for s in policy_document.matching(listed, "Deny", request)):
        return f"{EXPLICIT_DENY} in a resource-based policy"
    by_iam = evaluate_iam(caller, request)
    if by_iam.startswith(EXPLICIT_DENY):
        return by_iam
    allowing = list(policy_document.matching(listed, "Allow", request))
    if caller.account == owner and any(_means_by_name(s, caller) for s in allowing):
        is_named = any(caller.arn in policy_document.principals(s) for s in allowing)
        return "" if is_named else _evaluate_session(caller, request)
    if any(_means(s, caller) for s in allowing):
        return by_iam
    return f"because no resource-based policy allows the {request.action} action"


def _means(statement: Statement, caller: Caller) -> bool:
    """Return whether a statement's principal matches the caller or the caller's account."""
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
    """Return the account that a principal names; empty for a user, role or session."""
    root = _ROOT.fullmatch(name)
    return root[1] if root else name if is_account_id(name) else ""


def principal_exists(name: str) -> bool:
    """Return whether a principal exists; assume so in accounts that the sandbox does not have."""
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
        and operation in grant.operations
        and (operation in _WITHOUT_CONTEXT or _within(grant.constraints, request))
    )


def _within(constraints: dict[str, dict[str, str]], request: RequestContext) -> bool:
    """Return whether the encryption context satisfies a grant's constraints."""
    prefix = "kms:EncryptionContext:"
    context = {
        name.removeprefix(prefix): values[0]
        for name, values in request.context_keys.items()
        if name.startswith(prefix)
    }
    equals = constraints.get("EncryptionContextEquals")
    subset = constraints.get("EncryptionContextSubset", {})
    return equals in (None, context) and subset.items() <= context.items()
