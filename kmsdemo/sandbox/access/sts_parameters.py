"""The parameters of STS's operations: what values they may have.

AWS: AWS STS API Reference; "Pass session tags in AWS STS", IAM User Guide.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from unicodedata import category

from kmsdemo.sandbox.refusal import Refusal, constraint

HOUR: Final = 3_600
_TAG: Final = r"[\p{L}\p{Z}\p{N}_.:/=+\-@]"
_NAME: Final = r"[\w+=,.@-]*"
_EXTERNAL_ID: Final = r"[\w+=,.@:\/-]*"
_MOST_TAGS: Final = 50
_LONGEST_KEY: Final = 128
_LONGEST_VALUE: Final = 256

Parameters = Mapping[str, Any]


def check(parameters: Parameters) -> None:
    """Check the session tags, the external id and the source identity of a call.

    Raises:
        Refusal: ``ValidationError``, or ``InvalidParameterValue`` for a reserved prefix.
    """
    _check_tags(parameters)
    for parameter, longest, pattern in (
        ("ExternalId", 1_224, _EXTERNAL_ID),
        ("SourceIdentity", 64, _NAME),
    ):
        if parameters.get(parameter):
            name(parameters, parameter, longest, pattern)


def _check_tags(parameters: Parameters) -> None:
    tags = parameters.get("Tags") or ()
    transitive_keys = parameters.get("TransitiveTagKeys") or ()
    for parameter, listed in (("tags", tags), ("transitiveTagKeys", transitive_keys)):
        if len(listed) > _MOST_TAGS:
            rule = f"have length less than or equal to {_MOST_TAGS}"
            raise _unmet("", parameter, rule)
    for position, tag in enumerate(tags, 1):
        where = f"tags.{position}.member"
        _check_text(tag["Key"], f"{where}.key", _LONGEST_KEY, least=1)
        _check_text(tag["Value"], f"{where}.value", _LONGEST_VALUE)
    for position, key in enumerate(transitive_keys, 1):
        _check_text(key, f"transitiveTagKeys.{position}.member", _LONGEST_KEY, least=1)
    texts = (text.lower() for tag in tags for text in (tag["Key"], tag["Value"]))
    if any(text.startswith("aws:") for text in texts):
        message = "aws: prefixed tag key names are not allowed for external use."
        raise Refusal("InvalidParameterValue", message)


def name(parameters: Parameters, parameter: str, longest: int, pattern: str = _NAME) -> str:
    """Return a name of at least two characters, such as that of a session."""
    given = str(parameters[parameter])
    if not re.fullmatch(pattern, given, re.ASCII):
        raise _unmet(given, parameter, f"satisfy regular expression pattern: {pattern}")
    _check_length(given, parameter, 2, longest)
    return given


def seconds(parameters: Parameters, *, default: int, longest: int) -> int:
    """Return the requested duration of a session, at least 15 minutes, in seconds."""
    given = int(parameters.get("DurationSeconds") or default)
    for broken, bound, word in (
        (given < HOUR // 4, HOUR // 4, "greater"),
        (given > longest, longest, "less"),
    ):
        if broken:
            rule = f"have value {word} than or equal to {bound}"
            raise _unmet(str(given), "DurationSeconds", rule)
    return given


def _check_text(text: str, where: str, longest: int, least: int = 0) -> None:
    _check_length(text, where, least, longest)
    if not all(category(letter)[0] in "LZN" or letter in "_.:/=+-@" for letter in text):
        pattern = f"{_TAG}{'+' if least else '*'}"
        raise _unmet(text, where, f"satisfy regular expression pattern: {pattern}")


def _check_length(text: str, where: str, least: int, longest: int) -> None:
    if len(text) > longest:
        raise _unmet(text, where, f"have length less than or equal to {longest}")
    if len(text) < least:
        raise _unmet(text, where, f"have length greater than or equal to {least}")


def _unmet(value: str, parameter: str, rule: str) -> Refusal:
    field = parameter[0].lower() + parameter[1:]
    return Refusal("ValidationError", constraint(value, field, f"Member must {rule}").message)
