"""Features as chapters: numbered, found by name, explained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from pytest_bdd.scenario import scenario_wrapper_template_registry

from kmsdemo.lesson.renderer import Chapter

if TYPE_CHECKING:
    import pytest
    from pytest_bdd.parser import Feature


def numbered(items: Sequence[pytest.Item]) -> dict[str, Chapter]:
    """Return each feature as a chapter, by its name, in the order of the scenarios.

    The lab's own are counted apart from those that go deeper.
    """
    features = {name_of(item): feature_of(item) for item in items}
    kinds = {name: _kind(feature) for name, feature in features.items()}
    counts, numbers = Counter(kinds.values()), Counter[str]()
    chapters = {}
    for name, feature in features.items():
        kind = kinds[name]
        numbers[kind] += 1
        place = f"{kind} {numbers[kind]} of {counts[kind]}"
        chapters[name] = Chapter(place, feature.name, reflowed(feature.description))
    return chapters


def _kind(feature: Feature) -> str:
    return "Chapter" if "lab" in feature.tags else "Deeper chapter"


def place_of(asked: str, names: Sequence[str]) -> int | None:
    """Return the place of a chapter, asked for by name or by number from 1; ``None`` if none."""
    if not asked:
        return 0
    if asked.isdigit() and 1 <= int(asked) <= len(names):
        return int(asked) - 1
    name = asked.lower().replace("-", "_").replace(" ", "_")
    return names.index(name) if name in names else None


def feature_of(item: pytest.Item) -> Feature:
    """Return the feature that a test was made from."""
    return scenario_wrapper_template_registry[cast("pytest.Function", item).obj].feature


def name_of(item: pytest.Item) -> str:
    """Return the name of a test's chapter: that of its file, such as ``create_key``."""
    return Path(feature_of(item).filename).stem


def reflowed(description: str) -> str:
    """Return a description with one line for each of its paragraphs."""
    return "\n".join(" ".join(paragraph.split()) for paragraph in description.split("\n\n"))
