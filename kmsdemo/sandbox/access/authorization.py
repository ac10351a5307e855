"""Who may: the key policy decides, together with IAM policies and grants, as AWS evaluates them.

AWS: "Determining access to AWS KMS keys" and "Policy evaluation", AWS KMS Developer Guide.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from moto.iam.access_control import AssumedRoleAccessKey, IAMUserAccessKey
from moto.iam.models import iam_backends
from moto.kms.models import Grant, Key
from moto.sts.models import sts_backends

from kmsdemo.sandbox.access import policy_document
from kmsdemo.sandbox.access.policy_document import (
    MalformedPolicy,
    RequestContext,
    Statement,
)
from kmsdemo.sandbox.call import Call, is_account_id
from kmsdemo.sandbox.refusal import Refusal

_ISSUED_BY_IAM = re.compile(r"A(KIA|SIA)[A-Z2-7]{16}")
_EXPLICIT_DENY = "with an explicit deny"
_TOKEN = "X-Amz-Security-Token"  # noqa: S105, it names a header
_ROOT = re.compile(r"arn:[\w-]+:iam::(\d{12}):root")
_MAY_NOT_LOCK_OUT = "The new key policy will not allow you to update the key policy in the future."
_WHO_IS_THIS = "Policy contains a statement with one or more invalid principals."


@dataclass(frozen=True, slots=True)
class Caller:
    """Who signed a call.

    Attributes:
        arn: The user, the role's session, or the account's root.
        account: Twelve digits.
        names: The principals in a policy that mean this caller.
        policies: The statements of the caller's IAM policies; ``None`` for root, who needs none.
    """

    arn: str
    account: str
    names: frozenset[str]
    policies: Sequence[Statement] | None


def caller_of(call: Call) -> Caller:
    """Return who signed a call; an access key that IAM never made acts as the account's root.

    Raises:
        Refusal: ``UnrecognizedClientException``, for an access key that looks like one of IAM's
            and is not there (any more).
    """
    iam = iam_backends[call.account][call.partition]
    access_key = iam.access_keys.get(call.access_key_id)
    if access_key is None:
        return _root(call)
    identity = call.account, call.partition, call.access_key_id
    if access_key.role_arn:
        role = AssumedRoleAccessKey(*identity, headers={_TOKEN: _session_token(call)})
        return _caller(call, role.arn, {access_key.role_arn}, role.collect_policies())
    user = IAMUserAccessKey(*identity, headers={})
    arn = iam.get_user(str(access_key.user_name)).arn
    return _caller(call, arn, set(), user.collect_policies())


def check(caller: Caller, key: Key | None, action: str, context: Context) -> None:
    """Refuse what the caller may not do.

    Args:
        caller: Who signed the call.
        key: The key that it is about, if it is about one.
        action: Without ``kms:``; ``ReEncryptFrom`` and ``ReEncryptTo`` are two.
        context: The values of condition keys.

    Raises:
        Refusal: ``AccessDeniedException``, worded as AWS words it.
    """
    request = RequestContext(f"kms:{action}", key.arn if key else "*", context)
    reason = _judge(caller, key, request)
    if reason:
        on = f" on resource: {key.arn}" if key else ""
        raise Refusal(
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
    if _judge_by(listed, caller, _owner(key_arn), request):
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


def _session_token(call: Call) -> str:
    """Return the token of the caller's session, which moto asks for beside the access key."""
    sessions = sts_backends[call.account][call.partition].assumed_roles
    return next(s.session_token for s in sessions if s.access_key_id == call.access_key_id)


def _root(call: Call) -> Caller:
    known_example = call.access_key_id.endswith("EXAMPLE")
    if _ISSUED_BY_IAM.fullmatch(call.access_key_id) and not known_example:
        message = "The security token included in the request is invalid."
        raise Refusal("UnrecognizedClientException", message)
    return Caller(call.root_arn, call.account, frozenset({call.root_arn}), None)


def _caller(call: Call, arn: str, more_names: set[str], policies: Sequence[Any]) -> Caller:
    try:
        listed = [s for document in policies for s in _statements(_document(document))]
    except MalformedPolicy as error:
        message = f"The sandbox cannot evaluate an IAM policy of {arn}: {error}"
        raise Refusal("AccessDeniedException", message) from error
    return Caller(arn, call.account, frozenset({arn, *more_names}), listed)


def _document(iam_policy: Any) -> str:
    """Return the document of a policy as moto gives it: managed, inline of a user, or of a role."""
    if isinstance(iam_policy, str):
        return iam_policy
    if isinstance(iam_policy, dict):
        return str(iam_policy["policy_document"])
    return next(str(version.document) for version in iam_policy.versions if version.is_default)


@lru_cache(maxsize=1024)
def _statements(document: str) -> list[Statement]:
    return policy_document.statements(document)


def _judge(caller: Caller, key: Key | None, request: RequestContext) -> str:
    """Return why a caller may not, or nothing where it may."""
    if key is None:
        return _judge_by_iam(caller, request)
    reason = _judge_by(_statements(key.policy), caller, key.account_id, request)
    granted = any(_allows(grant, caller, request) for grant in key.grants.values())
    return "" if granted and not reason.startswith(_EXPLICIT_DENY) else reason


def _judge_by_iam(caller: Caller, request: RequestContext) -> str:
    if caller.policies is None:
        return ""
    if any(policy_document.matching(caller.policies, "Deny", request)):
        return f"{_EXPLICIT_DENY} in an identity-based policy"
    if any(policy_document.matching(caller.policies, "Allow", request)):
        return ""
    return f"because no identity-based policy allows the {request.action} action"


def _owner(arn: str) -> str:
    return arn.split(":")[4]


def _judge_by(
    listed: Sequence[Statement], caller: Caller, owner: str, request: RequestContext
) -> str:
    """Return why a key policy, in its owner's account, does not let a caller, or nothing."""
    if any(_means(s, caller) for s in policy_document.matching(listed, "Deny", request)):
        return f"{_EXPLICIT_DENY} in a resource-based policy"
    by_iam = _judge_by_iam(caller, request)
    if by_iam.startswith(_EXPLICIT_DENY):
        return by_iam
    allowing = list(policy_document.matching(listed, "Allow", request))
    if caller.account == owner and any(_means_by_name(s, caller) for s in allowing):
        return ""
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
