"""Authorizes calls: evaluates the key policy, IAM policies and grants as AWS does.

AWS: "Determining access to AWS KMS keys" and "Policy evaluation", AWS KMS Developer Guide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache, partial
from typing import Final

from moto.iam.models import iam_backends

from kmsdemo.sandbox.access import context_keys, policy_document
from kmsdemo.sandbox.access.evaluation import (
    EXPLICIT_DENY,
    Caller,
    account_named,
    evaluate_grant,
    evaluate_iam,
    evaluate_resource,
    explicit_deny,
)
from kmsdemo.sandbox.access.policy_document import (
    Context,
    ContextKeys,
    MalformedPolicy,
    PolicyKind,
    RequestContext,
    Statement,
)
from kmsdemo.sandbox.access.principals import Principal
from kmsdemo.sandbox.call import Call
from kmsdemo.sandbox.key import Grant, Key
from kmsdemo.sandbox.refusal import Refusal

_BY_IAM_ONLY: Final = ("ListAliases",)  # the policy of the key that it names does not matter
_ACROSS_ACCOUNTS: Final = frozenset(
    {
        *("CreateGrant", "ListGrants", "RetireGrant", "RevokeGrant"),
        *("Decrypt", "Encrypt", "ReEncryptFrom", "ReEncryptTo", "Decapsulate", "Encapsulate"),
        *("GenerateDataKey", "GenerateDataKeyPair", "GenerateDataKeyWithoutPlaintext"),
        *("GenerateDataKeyPairWithoutPlaintext", "GenerateMac", "VerifyMac", "Sign", "Verify"),
        *("DeriveSharedSecret", "DescribeKey", "GetKeyRotationStatus", "GetPublicKey"),
    }
)
"""The actions on keys of other accounts: "Cross-account use", AWS KMS API Reference."""


def caller_for(principal: Principal) -> Caller:
    """Return a principal with the policies that apply to it.

    Raises:
        Refusal: ``AccessDeniedException``: one of its policies cannot be evaluated.
    """
    session = principal.session
    try:
        boundary = principal.boundary
        return Caller(
            principal.arn,
            principal.account,
            principal.names,
            policies=None if principal.is_root else _listed(principal.policies),
            session_policies=None
            if session is None or session.policies is None
            else _listed(session.policies),
            boundary=None if boundary is None else _listed([boundary]),
            own_names=principal.own_names,
            context=partial(context_keys.of_caller, principal),
        )
    except (MalformedPolicy, LookupError) as error:
        message = f"The sandbox cannot evaluate an IAM policy of {principal.arn}: {error}"
        raise Refusal("AccessDeniedException", message) from error


def check(caller: Caller, key: Key | None, action: str, context: Context, named: str = "") -> None:
    """Check that the caller has permission for an action.

    Args:
        caller: The caller.
        key: The key of the call, if any.
        action: Without ``kms:``; ReEncrypt needs ``ReEncryptFrom`` and ``ReEncryptTo``.
        context: Returns the values of condition keys.
        named: The name by which the call refers to the key. The message repeats it for a key of
            another account, instead of the key's ARN.

    Raises:
        Refusal: ``AccessDeniedException``, in AWS's words.
    """
    is_foreign = key is not None and key.account_id != caller.account
    if action in _BY_IAM_ONLY and not is_foreign:
        key = None
    request = RequestContext(f"kms:{action}", key.arn if key else "*", context)
    reason = _evaluate(caller, key, request)
    if is_foreign and action not in _ACROSS_ACCOUNTS:
        reason = reason or f"because {action} cannot be used across accounts"
    if reason:
        is_own = key is not None and key.account_id == caller.account
        raise _denied(caller, request, key.arn if key and is_own else named, reason)


def check_retirement(caller: Caller, key: Key, grant: Grant, context: Context, named: str) -> None:
    """Check that the caller may retire a grant; the key policy does not matter.

    Args:
        caller: The caller.
        key: The key of the grant.
        grant: The grant.
        context: Returns the values of condition keys.
        named: The name by which the call refers to the key, if it does.

    Raises:
        Refusal: ``AccessDeniedException``.

    AWS: "Retiring and revoking grants", AWS KMS Developer Guide.
    """
    request = RequestContext("kms:RetireGrant", key.arn, context)
    if _may_retire(caller, grant):
        reason = explicit_deny(caller, request)
    elif caller.account in _delegating_accounts(key, grant):
        reason = evaluate_iam(caller, request)
    else:
        reason = "because no grant allows the kms:RetireGrant action"
    if reason:
        raise _denied(
            caller, request, key.arn if key.account_id == caller.account else named, reason
        )


def _may_retire(caller: Caller, grant: Grant) -> bool:
    """Return whether a grant itself lets the caller retire it."""
    if grant.retiring_principal in caller.names:
        return True
    return grant.grantee_principal in caller.names and "RetireGrant" in grant.operations


def _delegating_accounts(key: Key, grant: Grant) -> set[str]:
    """Return the accounts that can retire a grant, and let their users do so by IAM policies."""
    return {
        key.account_id,
        account_named(grant.issuing_account),
        account_named(grant.retiring_principal),
    }


def check_without_key(caller: Caller, arn: str, action: str, context: Context) -> None:
    """Check that the caller has permission for an action on what has no policy itself.

    Args:
        caller: The caller.
        arn: The ARN of an alias or of a principal, which need not exist.
        action: Without ``kms:``.
        context: Returns the values of condition keys.

    Raises:
        Refusal: ``AccessDeniedException``, in AWS's words.

    AWS: "Controlling access to aliases", AWS KMS Developer Guide; ListRetirableGrants, AWS KMS
    API Reference.
    """
    request = RequestContext(f"kms:{action}", arn, context)
    if reason := evaluate_iam(caller, request):
        raise _denied(caller, request, arn, reason)


def denied_in_other_account(caller: Caller, action: str, named: str, context: Context) -> Refusal:
    """Return the error for a key that another account does not have: the same as if it had it."""
    request = RequestContext(f"kms:{action}", named, context)
    return _denied(caller, request, named, evaluate_resource([], caller, "", request))


def _denied(caller: Caller, request: RequestContext, resource: str, reason: str) -> Refusal:
    on = f" on resource: {resource}" if resource else ""
    return Refusal(
        "AccessDeniedException",
        f"User: {caller.arn} is not authorized to perform: {request.action}{on} {reason}",
    )


def is_allowed_by_policy(call: Call, caller: Caller, key: Key, key_context: Context = dict) -> bool:
    """Return whether policies allow a call, without regard to grants."""
    context = context_of(call, caller, key_context=key_context)
    request = RequestContext(f"kms:{call.operation}", key.arn, context)
    return not evaluate_resource(_of_key(key), caller, key.account_id, request)


def context_of(
    call: Call,
    caller: Caller,
    side: str = "",
    key_context: Context = dict,
) -> Context:
    """Return a function that returns the values of the condition keys of a call.

    Args:
        call: The call.
        caller: The caller.
        side: ``Source`` or ``Destination``: the parameters of one of the keys of ReEncrypt.
        key_context: Returns those of the condition keys that describe the key, if there is one.
    """

    def values() -> ContextKeys:
        of_call = context_keys.of_call(call, side)
        return {**caller.context(), **of_call, **key_context()}

    return values


def _listed(documents: Iterable[str]) -> list[Statement]:
    return [one for document in documents for one in _statements(document, PolicyKind.IDENTITY)]


@lru_cache(maxsize=1024)
def _statements(document: str, kind: PolicyKind) -> list[Statement]:
    return policy_document.statements(document, kind)


def _of_key(key: Key) -> list[Statement]:
    return _statements(key.policy, PolicyKind.KEY)


def _evaluate(caller: Caller, key: Key | None, request: RequestContext) -> str:
    """Return why a call is denied; empty if it is allowed."""
    if key is None:
        return evaluate_iam(caller, request)
    reason = evaluate_resource(_of_key(key), caller, key.account_id, request)
    granted = any(_allows(grant, caller, request) for grant in key.grants.values())
    if granted and not reason.startswith(EXPLICIT_DENY):
        return evaluate_grant(caller, request)
    return reason


def principal_exists(name: str, account: str) -> bool:
    """Return whether a principal exists; assume so in other accounts without users and roles.

    Args:
        name: An ARN, an account number or ``*``.
        account: The account of the caller.
    """
    parts = re.fullmatch(r"arn:([\w-]+):(iam|sts)::(\d{12}):(.+)", name)
    if name == "*" or account_named(name):
        return True
    if parts is None:
        return False
    if parts[3] != account and parts[3] not in iam_backends:
        return True
    iam = iam_backends[parts[3]][parts[1]]
    arns = {user.arn for user in iam.users.values()} | {role.arn for role in iam.roles.values()}
    return parts[2] == "sts" or name in arns


def _allows(grant: Grant, caller: Caller, request: RequestContext) -> bool:
    return (
        grant.grantee_principal in caller.names
        and request.action.removeprefix("kms:") in grant.operations
        and _within(grant, request)
    )


def _within(grant: Grant, request: RequestContext) -> bool:
    """Return whether a request satisfies the constraints of a grant.

    No service of AWS calls the sandbox on behalf of a resource, so that no source ARN matches.
    The context constrains neither DescribeKey nor RetireGrant, which is checked elsewhere.

    AWS: ``GrantConstraints``, AWS KMS API Reference.
    """
    if grant.source_arn:
        return False
    constraints = grant.context_constraints
    if request.action == "kms:DescribeKey" or not constraints:
        return True
    prefix = "kms:EncryptionContext:"
    context = {
        name.removeprefix(prefix).lower(): values[0]
        for name, values in request.context().items()
        if name.startswith(prefix)
    }
    return all(
        pairs == context if kind == "EncryptionContextEquals" else pairs.items() <= context.items()
        for kind, pairs in constraints.items()
    )
