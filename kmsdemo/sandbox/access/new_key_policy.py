"""Checks a new key policy: its form, its principals, and whether it locks out its author.

AWS: PutKeyPolicy, ``Policy`` and ``BypassPolicyLockoutSafetyCheck``, AWS KMS API Reference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from kmsdemo.sandbox.access import authorization, policy_document
from kmsdemo.sandbox.access.conditions import Condition
from kmsdemo.sandbox.access.evaluation import Caller, evaluate_resource
from kmsdemo.sandbox.access.policy_document import (
    Context,
    MalformedPolicy,
    PolicyTooLong,
    RequestContext,
    Statement,
)
from kmsdemo.sandbox.call import Call
from kmsdemo.sandbox.key import Key
from kmsdemo.sandbox.refusal import Refusal

_LOCKS_OUT: Final = "The new key policy will not allow you to update the key policy in the future."
_OVERLY_PERMISSIVE: Final = (
    "OverlyPermissiveCondition: Using the ForAllValues set operator with a single-valued condition "
    "key matches requests without the specified [encryption context or tag] or with an unspecified "
    "[encryption context or tag]. To fix, remove ForAllValues."
)


def check(call: Call, caller: Caller, key: Key, document: str, key_context: Context) -> None:
    """Check a key policy that a call sets.

    Args:
        call: The call.
        caller: The caller.
        key: The key that it is for, which may be one that the call creates.
        document: The policy document, JSON text.
        key_context: Returns the values of the condition keys that describe the key.

    Raises:
        Refusal: ``MalformedPolicyDocumentException``, or ``LimitExceededException`` for its length.
    """
    try:
        listed = policy_document.statements(document)
    except PolicyTooLong as error:
        raise Refusal("LimitExceededException", str(error)) from error
    except MalformedPolicy as error:
        raise Refusal("MalformedPolicyDocumentException", str(error)) from error
    _check_statements(listed, call.account)
    if not call.parameters.get("BypassPolicyLockoutSafetyCheck"):
        _check_lockout(call, caller, key, listed, key_context)


def _check_statements(listed: Sequence[Statement], account: str) -> None:
    """Check that the principals exist, and that no condition compares one value with a set."""
    named = {name for statement in listed for name in statement.principal.patterns}
    if not all(authorization.principal_exists(name, account) for name in named):
        raise Refusal("MalformedPolicyDocumentException", policy_document.INVALID_PRINCIPAL)
    if any(_is_overly_permissive(one) for statement in listed for one in statement.conditions):
        raise Refusal("MalformedPolicyDocumentException", _OVERLY_PERMISSIVE)


def _is_overly_permissive(condition: Condition) -> bool:
    """Return whether a condition compares the one value of a key with a set.

    AWS: "Using condition keys with set operators", AWS KMS Developer Guide.
    """
    is_single = condition.key.lower().startswith(("kms:encryptioncontext:", "aws:requesttag/"))
    return is_single and condition.set_operator == "ForAllValues"


def _check_lockout(
    call: Call, caller: Caller, key: Key, listed: Sequence[Statement], key_context: Context
) -> None:
    """Check that the policy allows its author to call PutKeyPolicy on the key later."""
    later = replace(call, operation="PutKeyPolicy", parameters={}, region=key.region)
    context = authorization.context_of(later, caller, key_context=key_context)
    request = RequestContext("kms:PutKeyPolicy", key.arn, context)
    if evaluate_resource(listed, caller, key.account_id, request):
        raise Refusal("MalformedPolicyDocumentException", _LOCKS_OUT)
