"""Session policies: the policies that limit a session, as the call that begins it gives them.

AWS: "Session policies", IAM User Guide.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kmsdemo.sandbox.access import policy_document, principals
from kmsdemo.sandbox.access.policy_document import MalformedPolicy, PolicyKind
from kmsdemo.sandbox.refusal import Refusal, constraint

_MAX_LENGTH: Final = 2_048


def of(parameters: Mapping[str, Any], account: str) -> tuple[str, ...] | None:
    """Return the documents of the session policies of a call; ``None`` without any.

    Args:
        parameters: Of AssumeRole or GetFederationToken.
        account: The account that has the managed policies.

    Raises:
        Refusal: ``ValidationError`` or ``MalformedPolicyDocument``.
    """
    document = parameters.get("Policy")
    if document is not None and len(document) > _MAX_LENGTH:
        rule = f"Member must have length less than or equal to {_MAX_LENGTH}"
        raise Refusal("ValidationError", constraint("", "policy", rule).message)
    managed = [_managed(account, one["arn"]) for one in parameters.get("PolicyArns") or ()]
    documents = (*([document] if document else ()), *managed)
    try:
        for each in documents:
            policy_document.statements(each, PolicyKind.IDENTITY)
    except MalformedPolicy as error:
        raise Refusal("MalformedPolicyDocument", str(error)) from error
    return documents or None


def _managed(account: str, arn: str) -> str:
    document = principals.managed_policy(account, arn)
    if document is None:
        raise Refusal("ValidationError", f"Policy {arn} does not exist or is not attachable.")
    return document
