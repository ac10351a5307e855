"""Replaces policy variables, such as ``${aws:username}``, in the patterns of a policy.

AWS: "IAM policy elements: Variables and tags", IAM User Guide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from kmsdemo.sandbox.access import wildcards

_VARIABLE: Final = re.compile(r"\$\{(\$|[^${},]+?)(?:\s*,\s*'([^'{}]*)')?\s*\}")
_CHARACTERS: Final = ("*", "?", "$")

Values = Callable[[str], Sequence[str]]
"""Returns the values of a condition key in a request."""


def keys(pattern: str) -> list[str]:
    """Return the condition keys that the variables of a pattern name."""
    names = (variable[1].strip() for variable in _VARIABLE.finditer(pattern))
    return [name for name in names if name not in _CHARACTERS]


def replaced(pattern: str, values: Values) -> str | None:
    """Return a pattern with the values of its variables, in which a star is literal.

    Returns:
        ``None`` if a variable has no single value and no default: such a pattern matches nothing.
    """
    if "${" not in pattern:
        return pattern
    found = [_value(variable, values) for variable in _VARIABLE.finditer(pattern)]
    if None in found:
        return None
    given = iter(found)
    return _VARIABLE.sub(lambda _: wildcards.literal(next(given) or ""), pattern)


def _value(variable: re.Match[str], values: Values) -> str | None:
    name = variable[1].strip()
    if name in _CHARACTERS:
        return name
    given = values(name)
    return given[0] if len(given) == 1 else variable[2]
