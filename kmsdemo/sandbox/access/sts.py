"""The operations of STS: issue sessions to authorized callers, and return the caller's identity.

AWS: AWS STS API Reference.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from moto.iam.models import Role
from moto.sts.models import STSBackend, sts_backends

from kmsdemo.sandbox.access import (
    access_keys,
    authorization,
    context_keys,
    evaluation,
    policy_document,
    principals,
    session_policies,
    session_tags,
    sessions,
    sts_parameters,
)
from kmsdemo.sandbox.access.policy_document import MalformedPolicy, PolicyKind, RequestContext
from kmsdemo.sandbox.access.principals import Principal
from kmsdemo.sandbox.access.sessions import Session
from kmsdemo.sandbox.access.sts_parameters import HOUR
from kmsdemo.sandbox.refusal import Refusal

_DAY = 86_400
_FORBIDDEN = 403
_ROLE = re.compile(r"arn:[\w-]+:iam::(?P<account>\d{12}):role/(?:.*/)?(?P<name>[^/]+)", re.DOTALL)

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class StsCall:
    """A call to STS.

    Attributes:
        operation: Such as ``AssumeRole``.
        parameters: As received; numbers are parsed.
        caller: The principal that signed it.
        partition: Such as ``aws``.
        region: The Region that receives it.
        source_ip: The address that it comes from.
        user_agent: What the client says that it is.
    """

    operation: str
    parameters: Mapping[str, Any]
    caller: Principal
    partition: str
    region: str = "us-east-1"
    source_ip: str = "127.0.0.1"
    user_agent: str = ""

    def backend(self, account: str) -> STSBackend:
        """Return moto's STS backend of an account."""
        return sts_backends[account][self.partition]

    def arn(self, resource: str, account: str) -> str:
        """Return the ARN of a session, such as ``federated-user/NAME``."""
        return f"arn:{self.partition}:sts::{account}:{resource}"


def assume_role(call: StsCall) -> Answer:
    """Answer AssumeRole: the role must exist, and its trust policy must allow the caller.

    AWS: GetFederationToken, AWS STS API Reference: a federated user cannot assume a role.
    """
    if call.caller.session and call.caller.session.is_federated:
        raise _with_session(call)
    sts_parameters.check(call.parameters)
    name = sts_parameters.name(call.parameters, "RoleSessionName", 64)
    arn = str(call.parameters["RoleArn"])
    parts = _ROLE.fullmatch(arn)
    if parts is None:
        raise Refusal("ValidationError", f"{arn} is invalid")
    seconds = sts_parameters.seconds(call.parameters, default=HOUR, longest=_DAY // 2)
    policies = session_policies.of(call.parameters, call.caller.account)
    role = principals.role_of(parts["account"], arn)
    if role is None:
        raise _denied(call, "sts:AssumeRole", arn)
    _check_trust(call, role)
    _check_length(call, seconds, int(role.max_session_duration or HOUR))
    tags, transitive_tags = session_tags.of_new_session(call.parameters, call.caller.session)
    session = sessions.begin(
        call.backend(parts["account"]),
        seconds=seconds,
        arn=call.arn(f"assumed-role/{parts['name']}/{name}", parts["account"]),
        user_id=f"{role.id}:{name}",
        role_arn=arn,
        policies=policies,
        source_identity=_source_identity(call),
        tags=tags,
        transitive_tags=transitive_tags,
    )
    user = {"AssumedRoleId": session.user_id, "Arn": session.arn}
    identity = session.source_identity
    return {
        "Credentials": _credentials(session),
        "AssumedRoleUser": user,
        **({"SourceIdentity": identity} if identity else {}),
    }


def get_session_token(call: StsCall) -> Answer:
    """Answer GetSessionToken: a session with the permissions of the user or the root user."""
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
    """Answer GetFederationToken: its policy and those of its user must both allow a call."""
    _check_no_session(call)
    caller = call.caller
    sts_parameters.check(call.parameters)
    name = sts_parameters.name(call.parameters, "Name", 32)
    seconds, policies = (
        _seconds_without_role(call),
        session_policies.of(call.parameters, call.caller.account),
    )
    arn = call.arn(f"federated-user/{name}", caller.account)
    for action in ("sts:GetFederationToken", *_tagging(call)):
        _check_by_iam(call, action, arn)
    tags, _ = session_tags.of_new_session(call.parameters, None)
    session = sessions.begin(
        call.backend(caller.account),
        seconds=seconds,
        arn=arn,
        user_id=f"{caller.account}:{name}",
        user=caller.user.id if caller.user else "",
        is_federated=True,
        policies=policies or (),
        tags=tags,
    )
    user = {"FederatedUserId": session.user_id, "Arn": session.arn}
    return {"Credentials": _credentials(session), "FederatedUser": user}


def get_caller_identity(call: StsCall) -> Answer:
    """Answer GetCallerIdentity, which needs no permission."""
    caller = call.caller
    return {"UserId": caller.user_id, "Account": caller.account, "Arn": caller.arn}


def get_access_key_info(call: StsCall) -> Answer:
    """Answer GetAccessKeyInfo from the id alone; the key need not exist."""
    access_key_id = str(call.parameters["AccessKeyId"])
    account = access_keys.account_of(access_key_id)
    if not account:
        raise Refusal("ValidationError", f"Invalid access key id: {access_key_id}")
    return {"Account": account}


def no_identity_provider(_: StsCall) -> Answer:
    """Reject a token: no account of the sandbox has an identity provider."""
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
"""The operations of STS that the sandbox answers itself, by name."""


# ---------------------------------------------------------------------- authorization


def _check_trust(call: StsCall, role: Role) -> None:
    """Check that the role's trust policy and the caller's IAM policies allow AssumeRole."""
    caller = authorization.caller_for(call.caller)
    role_arn = str(role.arn)
    owner = role_arn.split(":")[4]
    try:
        trusting = policy_document.statements(role.assume_role_policy_document, PolicyKind.TRUST)
    except MalformedPolicy as error:
        raise _denied(call, "sts:AssumeRole", role_arn) from error
    for action in _actions(call):
        request = RequestContext(action, role_arn, partial(_context, call, role))
        if reason := evaluation.evaluate_resource(trusting, caller, owner, request):
            raise _denied(call, action, role_arn, reason)


def _actions(call: StsCall) -> list[str]:
    """Return the actions that a trust policy must allow."""
    identity = ["sts:SetSourceIdentity"] if _source_identity(call) else []
    return ["sts:AssumeRole", *_tagging(call), *identity]


def _tagging(call: StsCall) -> list[str]:
    return ["sts:TagSession"] if call.parameters.get("Tags") else []


def _source_identity(call: StsCall) -> str:
    """Return the source identity, which the sessions that a session begins inherit.

    AWS: "Monitor and control actions taken with assumed roles", IAM User Guide.
    """
    session = call.caller.session
    inherited = session.source_identity if session else ""
    return str(call.parameters.get("SourceIdentity") or inherited)


def _context(call: StsCall, role: Role | None = None) -> dict[str, list[str]]:
    """Return the values of the condition keys, including those of the assumed role.

    AWS: "IAM and AWS STS condition context keys", IAM User Guide.
    """
    given = {
        f"sts:{name}": str(call.parameters[name])
        for name in ("RoleSessionName", "ExternalId", "SourceIdentity")
        if call.parameters.get(name)
    }
    tags = call.parameters.get("Tags")
    request = context_keys.of_request(call.caller.account, call.region, call.source_ip, tags)
    own = {name: [value] for name, value in given.items()}
    if call.user_agent:
        own["aws:UserAgent"] = [call.user_agent]
    if transitive := call.parameters.get("TransitiveTagKeys"):
        own["sts:TransitiveTagKeys"] = list(transitive)
    resource = context_keys.of_role(role) if role else {}
    return context_keys.of_caller(call.caller) | request | own | resource


def _check_by_iam(call: StsCall, action: str, resource: str) -> None:
    request = RequestContext(action, resource, partial(_context, call))
    if reason := evaluation.evaluate_iam(authorization.caller_for(call.caller), request):
        raise _denied(call, action, resource, reason)


def _denied(call: StsCall, action: str, resource: str, reason: str = "") -> Refusal:
    """Return AWS's error, which is the same for a role that does not exist."""
    why = f" {reason}" if reason.startswith(evaluation.EXPLICIT_DENY) else ""
    return Refusal(
        "AccessDenied",
        f"User: {call.caller.arn} is not authorized to perform: {action} "
        f"on resource: {resource}{why}",
        _FORBIDDEN,
    )


def _check_no_session(call: StsCall) -> None:
    if call.caller.session:
        raise _with_session(call)


def _with_session(call: StsCall) -> Refusal:
    message = f"Cannot call {call.operation} with session credentials"
    return Refusal("AccessDenied", message, _FORBIDDEN)


# ------------------------------------------------------------------------- parameters


def _seconds_without_role(call: StsCall) -> int:
    """Return the duration of a session without role, in seconds; an hour at most for root."""
    longest = _DAY + _DAY // 2
    seconds = sts_parameters.seconds(call.parameters, default=_DAY // 2, longest=longest)
    return min(seconds, HOUR) if call.caller.is_root else seconds


def _check_length(call: StsCall, seconds: int, longest: int) -> None:
    if call.caller.session and call.caller.session.role_arn and seconds > HOUR:
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


def _credentials(session: Session) -> dict[str, Any]:
    return {
        "AccessKeyId": session.key.access_key_id,
        "SecretAccessKey": session.key.secret,
        "SessionToken": session.token,
        "Expiration": session.expiration,
    }
