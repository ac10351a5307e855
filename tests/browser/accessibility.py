"""What axe-core finds on a page, in each way that people see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page

PHONE: Final = {"width": 390, "height": 844}
PROJECTOR: Final = {"width": 1400, "height": 900}
_RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass(frozen=True, slots=True)
class ViewingMode:
    """How a page is seen: on what, and with which options of a browser."""

    media: Literal["screen", "print"] = "screen"
    context: Mapping[str, Any] = field(default_factory=dict)


VIEWING_MODES: Final = {
    "light": ViewingMode(context={"color_scheme": "light", "viewport": PROJECTOR}),
    "dark": ViewingMode(context={"color_scheme": "dark", "viewport": PROJECTOR}),
    "phone": ViewingMode(context={"viewport": PHONE}),
    "printed": ViewingMode("print"),
}


def violations(page: Page, seen: ViewingMode) -> str:
    """Return axe's report on a page; empty if it finds no violation."""
    page.emulate_media(media=seen.media)
    found = Axe().run(page, options={"runOnly": _RULES})
    return str(found.generate_report()) if found.violations_count else ""
