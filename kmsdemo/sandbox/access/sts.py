"""What STS answers: sessions for those who may have one, and who the caller is.

AWS: AWS STS API Reference.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from moto.sts.models import STSBackend, sts_backends

from kmsdemo.sandbox.access import access_keys, authorization, policy_document, principals, sessions
from kmsdemo.sandbox.access.policy_document import MalformedPolicy, RequestContext
from kmsdemo.sandbox.access.principals import Principal
from kmsdemo.sandbox.access.sessions import Session
from kmsdemo.sandbox.refusal import Refusal, constraint

_HOUR, _DAY = 3_600, 86_400
_LONGEST_POLICY = 2_048
_FORBIDDEN = 403
_ROLE = re.compile(r"arn:[\w-]+:iam::(?P<account>\d{12}):role/(?:.*/)?(?P<name>[^/]+)", re.DOTALL)
_NAME = re.compile(r"[\w+=,.@-]*", re.ASCII)

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class StsCall:
    """A call to STS.

    Attributes:
        operation: Such as ``AssumeRole``.
        parameters: As they came, numbers as numbers.
        caller: Who signed it.
        partition: Such as ``aws``.
    """

    operation: str
    parameters: Mapping[str, Any]
    caller: Principal
    partition: str

    def backend(self, account: str) -> STSBackend:
        """STS of an account, as moto keeps it."""
        return sts_backends[account][self.partition]

    def arn(self, resource: str, account: str) -> str:
        """Return the ARN of a session, such as ``federated-user/NAME``."""
        return f"arn:{self.partition}:sts::{account}:{resource}"


def assume_role(call: StsCall) -> Answer:
    """Answer AssumeRole: the role exists, and its trust policy lets the caller."""
    arn, name = str(call.parameters["RoleArn"]), _name(call, "RoleSessionName", 64)
    parts = _ROLE.fullmatch(arn)
    if parts is None:
        raise Refusal("ValidationError", f"{arn} is invalid")
    seconds = _seconds(call, default=_HOUR, longest=_DAY // 2)
    policies = _session_policies(call)
    role = principals.role_of(parts["account"], arn)
    if role is None:
        raise _denied(call, "sts:AssumeRole", arn)
    _check_trust(call, role.assume_role_policy_document, arn)
    _check_length(call, seconds, int(role.max_session_duration or _HOUR))
    session = sessions.begin(
        call.backend(parts["account"]),
        seconds=seconds,
        arn=call.arn(f"assumed-role/{parts['name']}/{name}", parts["account"]),
        user_id=f"{role.id}:{name}",
        role_arn=arn,
        policies=policies,
    )
    user = {"AssumedRoleId": session.user_id, "Arn": session.arn}
    identity = call.parameters.get("SourceIdentity")
    return {
        "Credentials": _credentials(session),
        "AssumedRoleUser": user,
        **({"SourceIdentity": identity} if identity else {}),
    }


def get_session_token(call: StsCall) -> Answer:
    """Answer GetSessionToken: a user or the root gets a session that may do what they may."""
    _check_no_session(call)
    caller = call.caller
    session = sessions.begin(
        call.backend(caller.account),
        seconds=_seconds_without_role(call),
        arn=caller.arn,
        user_id=caller.user_id,
        user=caller.user.id if caller.user else "",
    )
    return {"Credentials": _credentials(session)}


def get_federation_token(call: StsCall) -> Answer:
    """Answer GetFederationToken: a session that may do what both its policy and its user may."""
    _check_no_session(call)
    caller, name = call.caller, _name(call, "Name", 32)
    seconds, policies = _seconds_without_role(call), _session_policies(call)
    arn = call.arn(f"federated-user/{name}", caller.account)
    _check_by_iam(call, "sts:GetFederationToken", arn)
    session = sessions.begin(
        call.backend(caller.account),
        seconds=seconds,
        arn=arn,
        user_id=f"{caller.account}:{name}",
        user=caller.user.id if caller.user else "",
        is_federated=True,
        policies=policies or (),
    )
    user = {"FederatedUserId": session.user_id, "Arn": session.arn}
    return {"Credentials": _credentials(session), "FederatedUser": user}


def get_caller_identity(call: StsCall) -> Answer:
    """Answer GetCallerIdentity, which nobody needs a right for."""
    caller = call.caller
    return {"UserId": caller.user_id, "Account": caller.account, "Arn": caller.arn}


def get_access_key_info(call: StsCall) -> Answer:
    """Answer GetAccessKeyInfo from the id alone, which says nothing of whether the key exists."""
    access_key_id = str(call.parameters["AccessKeyId"])
    account = access_keys.account_of(access_key_id)
    if not account:
        raise Refusal("ValidationError", f"Invalid access key id: {access_key_id}")
    return {"Account": account}


def no_identity_provider(_: StsCall) -> Answer:
    """Refuse a token of somebody whom no account of the sandbox trusts."""
    raise Refusal(
        "InvalidIdentityToken", "No OpenIDConnect or SAML provider is found in your account."
    )


ANSWER: dict[str, Callable[[StsCall], Answer]] = {
    "AssumeRole": assume_role,
    "AssumeRoleWithSAML": no_identity_provider,
    "AssumeRoleWithWebIdentity": no_identity_provider,
    "GetAccessKeyInfo": get_access_key_info,
    "GetCallerIdentity": get_caller_identity,
    "GetFederationToken": get_federation_token,
    "GetSessionToken": get_session_token,
}
"""By operation; there are no others."""


# ---------------------------------------------------------------------------- who may


def _check_trust(call: StsCall, document: str, role_arn: str) -> None:
    """Refuse whom a role's trust policy does not let, or whom IAM does not let ask."""
    caller = authorization.caller_for(call.caller)
    owner = role_arn.split(":")[4]
    try:
        trusting = policy_document.statements(document)
    except MalformedPolicy as error:
        raise _denied(call, "sts:AssumeRole", role_arn) from error
    for action in _actions(call):
        request = RequestContext(action, role_arn, _context(call))
        if reason := authorization.judge_by(trusting, caller, owner, request):
            raise _denied(call, action, role_arn, reason)


def _actions(call: StsCall) -> list[str]:
    """Return what a trust policy must allow."""
    also = {"Tags": "sts:TagSession", "SourceIdentity": "sts:SetSourceIdentity"}
    asked = [action for parameter, action in also.items() if call.parameters.get(parameter)]
    return ["sts:AssumeRole", *asked]


def _context(call: StsCall) -> dict[str, list[str]]:
    """Return the values of the condition keys.

    AWS: "IAM and AWS STS condition context keys", IAM User Guide.
    """
    given = {
        f"sts:{name}": str(call.parameters[name])
        for name in ("RoleSessionName", "ExternalId", "SourceIdentity")
        if call.parameters.get(name)
    }
    principal = {"Account": call.caller.account, "Arn": call.caller.arn}
    context = given | {f"aws:Principal{name}": value for name, value in principal.items()}
    return {name: [value] for name, value in context.items()}


def _check_by_iam(call: StsCall, action: str, resource: str) -> None:
    request = RequestContext(action, resource, _context(call))
    if reason := authorization.judge_by_iam(authorization.caller_for(call.caller), request):
        raise _denied(call, action, resource, reason)


def _denied(call: StsCall, action: str, resource: str, reason: str = "") -> Refusal:
    """Return AWS's refusal, which is the same for a role that is not there."""
    why = f" {reason}" if reason.startswith(authorization.EXPLICIT_DENY) else ""
    return Refusal(
        "AccessDenied",
        f"User: {call.caller.arn} is not authorized to perform: {action} "
        f"on resource: {resource}{why}",
        _FORBIDDEN,
    )


def _check_no_session(call: StsCall) -> None:
    if call.caller.session:
        message = f"Cannot call {call.operation} with session credentials"
        raise Refusal("AccessDenied", message, _FORBIDDEN)


# ------------------------------------------------------------------------- parameters


def _name(call: StsCall, parameter: str, longest: int) -> str:
    name = str(call.parameters[parameter])
    field = parameter[0].lower() + parameter[1:]
    if not _NAME.fullmatch(name):
        rule = "Member must satisfy regular expression pattern: [\\w+=,.@-]*"
        raise _unmet(name, field, rule)
    if len(name) > longest:
        rule = f"Member must have length less than or equal to {longest}"
        raise _unmet(name, field, rule)
    if len(name) < 2:  # noqa: PLR2004, AWS's
        raise _unmet(name, field, "Member must have length greater than or equal to 2")
    return name


def _seconds(call: StsCall, *, default: int, longest: int) -> int:
    """Return how long a session is to last: 15 minutes and more."""
    seconds = int(call.parameters.get("DurationSeconds") or default)
    for broken, bound, word in (
        (seconds < _HOUR // 4, _HOUR // 4, "greater"),
        (seconds > longest, longest, "less"),
    ):
        if broken:
            rule = f"Member must have value {word} than or equal to {bound}"
            raise _unmet(str(seconds), "durationSeconds", rule)
    return seconds


def _seconds_without_role(call: StsCall) -> int:
    """Return how long a user's session is to last; the root's never lasts more than an hour."""
    seconds = _seconds(call, default=_DAY // 2, longest=_DAY + _DAY // 2)
    return min(seconds, _HOUR) if call.caller.is_root else seconds


def _check_length(call: StsCall, seconds: int, longest: int) -> None:
    if call.caller.session and call.caller.session.role_arn and seconds > _HOUR:
        raise Refusal(
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by "
            "role chaining",
        )
    if seconds > longest:
        raise Refusal(
            "ValidationError",
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        )


def _session_policies(call: StsCall) -> tuple[str, ...] | None:
    """Return the documents that limit the session, or nothing where none do."""
    document = call.parameters.get("Policy")
    if document is not None and len(document) > _LONGEST_POLICY:
        rule = f"Member must have length less than or equal to {_LONGEST_POLICY}"
        raise _unmet("", "policy", rule)
    managed = [_managed(call, one["arn"]) for one in call.parameters.get("PolicyArns") or ()]
    documents = (*([document] if document else ()), *managed)
    try:
        for each in documents:
            policy_document.statements(each)
    except MalformedPolicy as error:
        raise Refusal("MalformedPolicyDocument", str(error)) from error
    return documents or None


def _managed(call: StsCall, arn: str) -> str:
    document = principals.managed_policy(call.caller.account, arn)
    if document is None:
        raise Refusal("ValidationError", f"Policy {arn} does not exist or is not attachable.")
    return document


def _unmet(value: str, field: str, rule: str) -> Refusal:
    return Refusal("ValidationError", constraint(value, field, rule).message)


def _credentials(session: Session) -> dict[str, Any]:
    return {
        "AccessKeyId": session.key.access_key_id,
        "SecretAccessKey": session.key.secret,
        "SessionToken": session.token,
        "Expiration": session.expiration,
    }
