"""Parses policy documents strictly, and selects the statements that apply to a request.

AWS: "Grammar of the IAM JSON policy language", IAM User Guide; "Key policies in AWS KMS", AWS KMS
Developer Guide.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any, Final

from kmsdemo.sandbox.access import condition_keys, conditions, policy_variables, wildcards
from kmsdemo.sandbox.access.conditions import Condition

ContextKeys = Mapping[str, Sequence[str]]
Context = Callable[[], ContextKeys]
"""Returns the values of condition keys by name; most policies ask for none."""
MAX_KEY_POLICY_BYTES: Final = 32 * 1024
_VERSIONS: Final = ("2008-10-17", "2012-10-17")
_DOCUMENT_ELEMENTS: Final = {"Version", "Id", "Statement"}
_STATEMENT_ELEMENTS: Final = {
    *("Sid", "Effect", "Condition", "Principal", "NotPrincipal"),
    *("Action", "NotAction", "Resource", "NotResource"),
}
_SERVICE: Final = re.compile(
    r"[a-z0-9][a-z0-9.-]*\.(?:amazonaws\.com(?:\.cn)?|amazon\.com|aws\.internal)"
)
INVALID_PRINCIPAL: Final = "Policy contains a statement with one or more invalid principals."
_PRINCIPAL_TYPES: Final = {"AWS", "Service", "Federated", "CanonicalUser"}


class PolicyKind(Enum):
    """What a policy is attached to, which decides what its statements must have."""

    KEY = "key policy"
    TRUST = "trust policy"
    IDENTITY = "identity-based policy"


class MalformedPolicy(ValueError):
    """The document is not a valid policy; the message says why."""


class PolicyTooLong(MalformedPolicy):
    """The document is a longer key policy than AWS KMS accepts."""


@dataclass(frozen=True)
class RequestContext:
    """The request that a policy is evaluated for.

    Attributes:
        action: Such as ``kms:Decrypt``.
        resource: The ARN of the resource, or ``*`` if the operation has none.
        context: Returns the values of condition keys such as ``kms:EncryptionContext:appuser``.
    """

    action: str
    resource: str
    context: Context

    @cached_property
    def _by_name(self) -> dict[str, Sequence[str]]:
        """The values by names in lower case."""
        by_name: dict[str, Sequence[str]] = {}
        for name, values in self.context().items():
            by_name.setdefault(name.lower(), values)
        return by_name

    def values(self, key: str) -> Sequence[str]:
        """Return the values of a condition key; its name is not case-sensitive."""
        return self._by_name.get(key.lower(), ())


@dataclass(frozen=True, slots=True)
class ElementPatterns:
    """The patterns of an element such as ``Action``, or of its negation such as ``NotAction``."""

    patterns: tuple[str, ...]
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of a policy.

    Attributes:
        effect: ``Allow`` or ``Deny``.
        action: ``None`` without one: the statement has no effect.
        resource: ``None`` without one: the statement has no effect.
        principal: The AWS principals: ARNs, account numbers, unique ids or ``*``.
        conditions: All must be met.
        has_variables: Whether the policy may have policy variables, as its version allows.
    """

    effect: str
    action: ElementPatterns | None
    resource: ElementPatterns | None
    principal: ElementPatterns
    conditions: tuple[Condition, ...] = ()
    has_variables: bool = False

    def applies_to(self, request: RequestContext) -> bool:
        """Return whether it applies to a request, whatever its principal."""
        if self.action is None or self.resource is None:
            return False
        return (
            _any_matches(self.action.patterns, request.action, ignore_case=True)
            is not self.action.is_negated
            and self._names_resource(self.resource, request)
            and all(
                condition.is_met(request.values, has_variables=self.has_variables)
                for condition in self.conditions
            )
        )

    def _names_resource(self, resource: ElementPatterns, request: RequestContext) -> bool:
        patterns: Iterator[str] | Sequence[str] = resource.patterns
        if self.has_variables:
            replaced = (policy_variables.replaced(one, request.values) for one in patterns)
            patterns = [one for one in replaced if one is not None]
        return _any_matches(patterns, request.resource) is not resource.is_negated


def statements(document: str, kind: PolicyKind = PolicyKind.KEY) -> list[Statement]:
    """Return the statements of a policy document.

    Raises:
        MalformedPolicy: It is not a policy, or uses a condition operator or a condition key that
            the sandbox does not know.
    """
    policy = _loaded(document, kind)
    listed = _as_list(policy["Statement"])
    version = policy.get("Version", _VERSIONS[0])
    if version not in _VERSIONS:
        raise MalformedPolicy("Policy document must be version 2012-10-17 or greater.")
    for statement in listed:
        _check_elements(statement, kind)
    _check_sids(listed)
    has_variables = version == _VERSIONS[1] and "$" in json.dumps(policy)  # also an escaped one
    return [_statement(one, kind, has_variables=has_variables) for one in listed]


def matching(
    listed: Sequence[Statement], effect: str, request: RequestContext
) -> Iterator[Statement]:
    """Yield the statements with an effect that apply to the request, whatever their principal."""
    for statement in listed:
        if statement.effect == effect and statement.applies_to(request):
            yield statement


def _any_matches(
    patterns: Sequence[str] | Iterator[str], value: str, *, ignore_case: bool = False
) -> bool:
    return any(wildcards.matches(pattern, value, ignore_case=ignore_case) for pattern in patterns)


# ---------------------------------------------------------------------------------- the form


def _loaded(document: str, kind: PolicyKind) -> dict[str, Any]:
    if kind is PolicyKind.KEY and len(document.encode()) > MAX_KEY_POLICY_BYTES:
        raise PolicyTooLong("Policy document is larger than 32 KB (32,768 bytes).")
    try:
        policy = json.loads(document, object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        raise MalformedPolicy("Policy document is not valid JSON.") from error
    if not isinstance(policy, dict) or "Statement" not in policy:
        raise MalformedPolicy("Syntax errors in policy: the document must have a Statement.")
    if unknown := policy.keys() - _DOCUMENT_ELEMENTS:
        raise MalformedPolicy(f"Syntax errors in policy: unknown element {min(unknown)}.")
    return policy


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError  # an element is there twice
    return found


def _check_elements(statement: Any, kind: PolicyKind) -> None:
    if not isinstance(statement, dict) or statement.get("Effect") not in ("Allow", "Deny"):
        raise MalformedPolicy("Policy statement must have an Effect of Allow or Deny.")
    if unknown := statement.keys() - _STATEMENT_ELEMENTS:
        raise MalformedPolicy(f"Syntax errors in policy: unknown element {min(unknown)}.")
    for element in ("Action", "Resource", "Principal"):
        if {element, f"Not{element}"} <= statement.keys():
            message = f"Policy statement must not have both {element} and Not{element}."
            raise MalformedPolicy(message)
    _check_presence(statement, kind)
    if "NotPrincipal" in statement and statement["Effect"] == "Allow":
        raise MalformedPolicy("NotPrincipal is not supported with the effect Allow.")


def _check_presence(statement: Mapping[str, Any], kind: PolicyKind) -> None:
    has = {name for name in ("Action", "Resource", "Principal") if _has(statement, name)}
    if kind is PolicyKind.IDENTITY and "Principal" in has:
        raise MalformedPolicy("Policy document should not specify a principal.")
    if kind is not PolicyKind.IDENTITY and "Principal" not in has:
        raise MalformedPolicy("Policy statement must contain principals.")
    if kind is not PolicyKind.KEY and "Action" not in has:
        raise MalformedPolicy("Policy statement must contain actions.")
    if kind is PolicyKind.IDENTITY and "Resource" not in has:
        raise MalformedPolicy("Policy statement must contain resources.")
    if kind is PolicyKind.TRUST and "Resource" in has:
        raise MalformedPolicy("Has prohibited field Resource.")


def _has(statement: Mapping[str, Any], element: str) -> bool:
    return element in statement or f"Not{element}" in statement


def _check_sids(listed: Sequence[Mapping[str, Any]]) -> None:
    sids = [statement["Sid"] for statement in listed if "Sid" in statement]
    if not all(isinstance(sid, str) for sid in sids):
        raise MalformedPolicy("Syntax errors in policy: Sid is not a string.")
    named = [sid for sid in sids if sid]
    if len(set(named)) < len(named):
        raise MalformedPolicy("Statement IDs (SID) in a single policy must be unique.")


# -------------------------------------------------------------------------------- the content


def _statement(written: Mapping[str, Any], kind: PolicyKind, *, has_variables: bool) -> Statement:
    action = _patterns(written, "Action")
    if action and not all(":" in pattern or pattern == "*" for pattern in action.patterns):
        raise MalformedPolicy("Actions must be prefaced by a vendor, such as kms.")
    resource = (
        ElementPatterns(("*",)) if kind is PolicyKind.TRUST else _patterns(written, "Resource")
    )
    statement = Statement(
        effect=written["Effect"],
        action=action,
        resource=resource,
        principal=_principal(written),
        conditions=tuple(_conditions(written.get("Condition", {}))),
        has_variables=has_variables,
    )
    if has_variables:
        _check_variables(statement)
    if kind is not PolicyKind.IDENTITY or _is_for_sandbox(action):
        _check_known([condition.key for condition in statement.conditions])
    return statement


def _patterns(written: Mapping[str, Any], element: str) -> ElementPatterns | None:
    for name, is_negated in ((element, False), (f"Not{element}", True)):
        if name in written:
            return ElementPatterns(_texts(written[name], name), is_negated)
    return None


def _principal(written: Mapping[str, Any]) -> ElementPatterns:
    name = "NotPrincipal" if "NotPrincipal" in written else "Principal"
    principal = written.get(name, {})
    if not isinstance(principal, dict):
        if principal != "*":
            raise MalformedPolicy(f"Syntax errors in policy: {name} must be * or an object.")
        principal = {"AWS": principal}
    if unknown := principal.keys() - _PRINCIPAL_TYPES:
        raise MalformedPolicy(f"Syntax errors in policy: unknown principal type {min(unknown)}.")
    by_type = {kind: _texts(named, name) for kind, named in principal.items()}
    if not all(map(_SERVICE.fullmatch, by_type.get("Service", ()))):
        raise MalformedPolicy(INVALID_PRINCIPAL)
    return ElementPatterns(by_type.get("AWS", ()), name == "NotPrincipal")


def _conditions(by_operator: Any) -> Iterator[Condition]:
    for written, by_key in _members(by_operator, "Condition"):
        _condition(written, "", ())  # an unknown operator is refused also without a key
        for key, expected in _members(by_key, written):
            yield _condition(written, key, _values(expected, key))


def _condition(written: str, key: str, expected: tuple[str, ...]) -> Condition:
    try:
        return conditions.parsed(written, key, expected)
    except ValueError as error:
        raise MalformedPolicy(str(error)) from error


def _members(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(value, dict):
        raise MalformedPolicy(f"Syntax errors in policy: {name} is not an object.")
    yield from value.items()


def _values(expected: Any, key: str) -> tuple[str, ...]:
    listed = _as_list(expected)
    if not all(isinstance(value, str | int | float) for value in listed):
        raise MalformedPolicy(f"Syntax errors in policy: a value of {key} is not a string.")
    return tuple(str(one).lower() if isinstance(one, bool) else str(one) for one in listed)


def _texts(value: Any, name: str) -> tuple[str, ...]:
    listed = _as_list(value)
    if not listed or not all(isinstance(one, str) for one in listed):
        raise MalformedPolicy(
            f"Syntax errors in policy: {name} is not a string or a list of strings."
        )
    return tuple(listed)


def _as_list(one_or_many: Any) -> list[Any]:
    return one_or_many if isinstance(one_or_many, list) else [one_or_many]


def _check_variables(statement: Statement) -> None:
    resources = statement.resource.patterns if statement.resource else ()
    values = (value for condition in statement.conditions for value in condition.expected)
    _check_known([key for text in (*resources, *values) for key in policy_variables.keys(text)])


def _check_known(keys: Sequence[str]) -> None:
    for key in keys:
        if not condition_keys.is_known(key):
            raise MalformedPolicy(
                f"The sandbox does not know the condition key {key}. docs/sandbox.md lists those "
                "that it knows; remove the condition, or use one of them."
            )


def _is_for_sandbox(action: ElementPatterns | None) -> bool:
    """Return whether actions of the sandbox's services may be among those of a statement."""
    if action is None or action.is_negated:
        return True
    vendors = (pattern.partition(":")[0] for pattern in action.patterns)
    return any(
        wildcards.matches(vendor, service, ignore_case=True)
        for vendor in vendors
        for service in condition_keys.SERVICES
    )
