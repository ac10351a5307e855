"""Parses policy documents, and selects the statements that apply to a request."""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kmsdemo.sandbox.access import wildcards

Statement = Mapping[str, Any]
ContextKeys = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class RequestContext:
    """The request that a policy is evaluated for.

    Attributes:
        action: Such as ``kms:Decrypt``.
        resource: The ARN of the resource, or ``*`` if the operation has none.
        context_keys: The values of condition keys such as ``kms:EncryptionContext:appuser``.
    """

    action: str
    resource: str
    context_keys: ContextKeys


_STRING_ELEMENTS = ("Action", "NotAction", "Resource", "NotResource")


class MalformedPolicy(ValueError):
    """The document is not a valid policy; the message says why."""


def statements(document: str) -> list[Statement]:
    """Return the statements of a policy document.

    Raises:
        MalformedPolicy: It is not a policy, or uses an unknown condition operator.
    """
    try:
        listed = as_list(json.loads(document)["Statement"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise MalformedPolicy("Policy document is not valid.") from error
    for statement in listed:
        _check(statement)
    return listed


def matching(
    listed: Sequence[Statement], effect: str, request: RequestContext
) -> Iterator[Statement]:
    """Yield the statements with an effect that apply to the request, whatever their principal."""
    for statement in listed:
        if statement["Effect"] == effect and _speaks_of(statement, request):
            yield statement


def principals(statement: Statement) -> list[str]:
    """Return the AWS principals of a statement: ARNs, account numbers, or ``*``."""
    principal = statement.get("Principal", {})
    return as_list(principal.get("AWS", []) if isinstance(principal, Mapping) else principal)


def as_list(one_or_many: Any) -> list[Any]:
    """Return a value as a list: policies may contain one value instead of a list of values."""
    return one_or_many if isinstance(one_or_many, list) else [one_or_many]


def _check(statement: Any) -> None:
    if not isinstance(statement, Mapping) or statement.get("Effect") not in ("Allow", "Deny"):
        raise MalformedPolicy("Policy statement must have an Effect of Allow or Deny.")
    if not ("Action" in statement) ^ ("NotAction" in statement):
        raise MalformedPolicy("Policy statement must contain actions.")
    for element in _STRING_ELEMENTS:
        if not _are_texts(statement.get(element, [])):
            raise MalformedPolicy(f"Syntax errors in policy: {element} is no text.")
    _check_principals(statement)
    _check_conditions(statement.get("Condition", {}))


def _check_principals(statement: Statement) -> None:
    for element in ("Principal", "NotPrincipal"):
        principal = statement.get(element, [])
        named = principal.values() if isinstance(principal, Mapping) else [principal]
        if not all(map(_are_texts, named)):
            raise MalformedPolicy(f"Syntax errors in policy: {element} is no text.")


def _check_conditions(conditions: Any) -> None:
    if not isinstance(conditions, Mapping):
        raise MalformedPolicy("Syntax errors in policy: Condition is not an object.")
    for name, by_key in conditions.items():
        if _plain(name) not in _OPERATORS:
            raise MalformedPolicy(f"Unsupported condition operator {name}.")
        if not isinstance(by_key, Mapping):
            raise MalformedPolicy(f"Syntax errors in policy: {name} is not an object.")


def _are_texts(value: Any) -> bool:
    return all(isinstance(one, str) for one in as_list(value))


def _speaks_of(statement: Statement, request: RequestContext) -> bool:
    return (
        _names(statement, "Action", request.action, ignore_case=True)
        and _names(statement, "Resource", request.resource)
        and _meets(statement.get("Condition", {}), request.context_keys)
    )


def _names(statement: Statement, element: str, value: str, *, ignore_case: bool = False) -> bool:
    if f"Not{element}" in statement:
        return not _any_matches(statement[f"Not{element}"], value, ignore_case)
    return _any_matches(statement.get(element, "*"), value, ignore_case)


def _any_matches(patterns: Any, value: str, ignore_case: bool) -> bool:
    return any(
        wildcards.matches(pattern, value, ignore_case=ignore_case) for pattern in as_list(patterns)
    )


# ------------------------------------------------------------------------------ conditions

_Compare = Callable[[str, str], bool]


def _numeric(compare: Callable[[float, float], bool]) -> _Compare:
    """Return a comparison of numbers, which is false for a value that is not a number."""

    def compare_texts(expected: str, value: str) -> bool:
        try:
            return compare(float(value), float(expected))
        except ValueError:
            return False

    return compare_texts


_OPERATORS: dict[str, _Compare] = {
    "StringEquals": str.__eq__,
    "StringEqualsIgnoreCase": lambda expected, value: expected.lower() == value.lower(),
    "StringLike": wildcards.matches,
    "ArnEquals": wildcards.matches,
    "ArnLike": wildcards.matches,
    "Bool": lambda expected, value: expected.lower() == value.lower(),
    "NumericEquals": _numeric(operator.eq),
    "NumericLessThan": _numeric(operator.lt),
    "NumericLessThanEquals": _numeric(operator.le),
    "NumericGreaterThan": _numeric(operator.gt),
    "NumericGreaterThanEquals": _numeric(operator.ge),
    "Null": str.__eq__,
}
_SETS = ("ForAllValues:", "ForAnyValue:")
_IF_EXISTS = "IfExists"
_NOT = re.compile(r"^(String|Arn|Numeric)Not")


def _plain(operator: str) -> str:
    """Return an operator without its set, its negation and ``IfExists``."""
    bare = operator.removesuffix(_IF_EXISTS)
    for prefix in _SETS:
        bare = bare.removeprefix(prefix)
    return _NOT.sub(r"\1", bare)


def _meets(conditions: Mapping[str, Mapping[str, Any]], context_keys: ContextKeys) -> bool:
    return all(
        _holds(
            operator,
            [_as_text(value) for value in as_list(expected)],
            _values(context_keys, key),
        )
        for operator, by_key in conditions.items()
        for key, expected in by_key.items()
    )


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _values(context_keys: ContextKeys, key: str) -> Sequence[str]:
    """Return the values of a condition key; its name is not case-sensitive."""
    return next((v for name, v in context_keys.items() if name.lower() == key.lower()), ())


def _holds(operator: str, expected: list[str], values: Sequence[str]) -> bool:
    """Return whether one operator holds for one condition key.

    AWS: "IAM JSON policy elements: Condition operators", IAM User Guide.
    """
    plain = _plain(operator)
    if plain == "Null":
        return (expected == ["true"]) is not bool(values)
    negated = _NOT.search(operator.rsplit(":", maxsplit=1)[-1]) is not None
    if not values:
        return negated or operator.endswith(_IF_EXISTS) or operator.startswith("ForAllValues:")
    compare = _OPERATORS[plain]
    each = [any(compare(wanted, value) for wanted in expected) is not negated for value in values]
    return any(each) if operator.startswith("ForAnyValue:") else all(each)
