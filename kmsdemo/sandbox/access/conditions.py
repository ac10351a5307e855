"""Conditions of statements: their operators, and whether a request meets them.

AWS: "IAM JSON policy elements: Condition operators", IAM User Guide.
"""

from __future__ import annotations

import binascii
import math
import operator
import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any, Final

from dateutil.parser import isoparse

from kmsdemo.sandbox.access import policy_variables, wildcards
from kmsdemo.sandbox.access.policy_variables import Values

_OPERATOR: Final = re.compile(
    r"(?:(?P<set>ForAllValues|ForAnyValue):)?(?P<name>[A-Za-z]+?)(?P<if_exists>IfExists)?"
)
_NEGATION: Final = re.compile(r"^(?:(String|Numeric|Date|Arn)Not(?=[EL])|Not(?=IpAddress$))")
_ARN_PARTS: Final = 6
_BOOLEANS: Final = ("true", "false")


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition operator for one condition key.

    Attributes:
        operator: Without set operator, negation and ``IfExists``, such as ``StringLike``.
        key: The condition key.
        expected: The values in the policy.
        is_negated: Whether the operator is one with ``Not``.
        is_if_exists: Whether it ends with ``IfExists``.
        set_operator: ``ForAllValues``, ``ForAnyValue`` or empty.
    """

    operator: str
    key: str
    expected: tuple[str, ...]
    is_negated: bool = False
    is_if_exists: bool = False
    set_operator: str = ""

    def is_met(self, values: Values, *, has_variables: bool) -> bool:
        """Return whether a request meets it.

        Args:
            values: Returns the values of a condition key in the request.
            has_variables: Whether the policy's version has policy variables.
        """
        found = values(self.key)
        if self.operator == "Null":
            return ("false" if found else "true") in self.expected
        if not found:
            return self._without_value
        expected = self._expected(values) if has_variables else list(self.expected)
        each = (self._matches(value, expected) is not self.is_negated for value in found)
        return any(each) if self.set_operator == "ForAnyValue" else all(each)

    @property
    def _without_value(self) -> bool:
        """Whether a request without the condition key meets it."""
        if self.set_operator:
            return self.set_operator == "ForAllValues"
        return self.is_negated or self.is_if_exists

    def _expected(self, values: Values) -> list[str]:
        replaced = (policy_variables.replaced(one, values) for one in self.expected)
        return [one for one in replaced if one is not None]

    def _matches(self, value: str, expected: list[str]) -> bool:
        return any(_COMPARISONS[self.operator](one, value) for one in expected)


def parsed(written: str, key: str, expected: tuple[str, ...]) -> Condition:
    """Return a condition of a policy.

    Args:
        written: The operator as the policy writes it, such as ``ForAnyValue:StringNotLike``.
        key: The condition key.
        expected: The values.

    Raises:
        ValueError: There is no such operator, or it cannot compare with one of the values; the
            message says which.
    """
    parts = _OPERATOR.fullmatch(written)
    name = parts["name"] if parts else ""
    plain = _NEGATION.sub(r"\1", name)
    is_null = plain == "Null" and written.endswith("Null")
    if parts is None or (plain not in _COMPARISONS and not is_null):
        raise ValueError(f"Unsupported condition operator {written}.")
    for value in expected:
        if not policy_variables.keys(value) and not _CAN_COMPARE.get(plain, _any_text)(value):
            raise ValueError(f"The condition operator {written} cannot compare with {value!r}.")
    return Condition(
        plain, key, expected, plain != name, bool(parts["if_exists"]), parts["set"] or ""
    )


# ------------------------------------------------------------------------------ comparisons

_Comparison = Callable[[str, str], bool]


def _comparing(parse: Callable[[str], Any], compare: Callable[[Any, Any], bool]) -> _Comparison:
    """Return a comparison of parsed values, false for a value that cannot be parsed."""

    def compare_texts(expected: str, value: str) -> bool:
        try:
            return compare(parse(value), parse(wildcards.as_text(expected)))
        except (ValueError, OverflowError):
            return False

    return compare_texts


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError
    return number


@lru_cache(maxsize=1024)
def _date(text: str) -> datetime:
    """Return a date in ISO 8601, or in seconds since 1970."""
    try:
        return (
            datetime.fromtimestamp(_number(text), timezone.utc) if text.isdecimal() else _iso(text)
        )
    except (OverflowError, OSError) as error:
        raise ValueError from error


def _iso(text: str) -> datetime:
    date: datetime = isoparse(text)
    return date if date.tzinfo else date.replace(tzinfo=timezone.utc)


def _bytes(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError from error


def _ip_address(expected: str, value: str) -> bool:
    try:
        return ip_address(value) in ip_network(wildcards.as_text(expected), strict=False)
    except ValueError:
        return False


def _arn_like(expected: str, value: str) -> bool:
    """Compare ARNs part by part: a star stays between two colons."""
    patterns, parts = _arn_parts(expected), _arn_parts(value)
    return len(patterns) == len(parts) == _ARN_PARTS and all(
        map(wildcards.matches, patterns, parts)
    )


def _arn_parts(arn: str) -> list[str]:
    return arn.split(":", _ARN_PARTS - 1)


def _equal(expected: str, value: str) -> bool:
    return wildcards.as_text(expected) == value


def _equal_ignoring_case(expected: str, value: str) -> bool:
    return wildcards.as_text(expected).casefold() == value.casefold()


_ORDER: Final = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}
_COMPARISONS: Final[dict[str, _Comparison]] = {
    "StringEquals": _equal,
    "StringEqualsIgnoreCase": _equal_ignoring_case,
    "StringLike": wildcards.matches,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
    "Bool": _equal_ignoring_case,
    "BinaryEquals": _comparing(_bytes, operator.eq),
    "IpAddress": _ip_address,
    **{f"Numeric{name}": _comparing(_number, compare) for name, compare in _ORDER.items()},
    **{f"Date{name}": _comparing(_date, compare) for name, compare in _ORDER.items()},
}


def _parses(parse: Callable[[str], Any]) -> Callable[[str], bool]:
    def can_parse(text: str) -> bool:
        try:
            parse(text)
        except (ValueError, OverflowError):
            return False
        return True

    return can_parse


def _any_text(_: str) -> bool:
    return True


def _is_arn_pattern(text: str) -> bool:
    return len(_arn_parts(text)) == _ARN_PARTS


def _is_boolean(text: str) -> bool:
    return text.casefold() in _BOOLEANS


_CAN_COMPARE: Final[dict[str, Callable[[str], bool]]] = {
    "Null": _BOOLEANS.__contains__,
    "Bool": _is_boolean,
    "BinaryEquals": _parses(_bytes),
    "IpAddress": _parses(lambda text: ip_network(text, strict=False)),
    "ArnEquals": _is_arn_pattern,
    "ArnLike": _is_arn_pattern,
    **{f"Numeric{name}": _parses(_number) for name in _ORDER},
    **{f"Date{name}": _parses(_date) for name in _ORDER},
}
