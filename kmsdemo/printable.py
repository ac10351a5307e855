"""Escapes control characters, which can change a terminal or hide text, in untrusted text."""

from __future__ import annotations

import re
from typing import Final

# Joiners are not among them: words of some languages, and emoji, are written with them.
_CONTROL: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f"  # C0, DEL and C1
    r"\ud800-\udfff\ufffe\uffff"  # lone surrogates and noncharacters
    r"\u2028\u2029"  # line and paragraph separators
    r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidirectional controls
    r"\xad\u180e\u200b\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb]"  # without width
)


def printable(text: str, *, keep: str = "") -> str:
    r"""Return a text with its control characters escaped as in Python: ``\x1b``, ``\n``.

    Args:
        text: Untrusted text, such as an item, a description, an alias or a file name.
        keep: Control characters to keep, such as the line feeds of a text of several lines.

    Unicode: "Bidirectional Character Types", UAX #9.
    """
    return _CONTROL.sub(lambda found: found[0] if found[0] in keep else _escape(found[0]), text)


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
