"""The features as numbered chapters of the lesson."""

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
    """Return the chapters by name, in the order of the scenarios.

    Chapters of the lab and advanced chapters are numbered separately.
    """
    features = {name_of(item): feature_of(item) for item in items}
    kinds = {name: _kind(feature) for name, feature in features.items()}
    counts, numbers = Counter(kinds.values()), Counter[str]()
    chapters = {}
    for name, feature in features.items():
        kind = kinds[name]
        numbers[kind] += 1
        number = f"{kind} {numbers[kind]} of {counts[kind]}"
        chapters[name] = Chapter(number, feature.name, reflowed(feature.description))
    return chapters


def _kind(feature: Feature) -> str:
    return "Chapter" if "lab" in feature.tags else "Advanced chapter"


def index_of(chapter: str, names: Sequence[str]) -> int | None:
    """Return the index of a chapter, given by name or by number from 1; ``None`` if unknown."""
    if not chapter:
        return 0
    if chapter.isdigit() and 1 <= int(chapter) <= len(names):
        return int(chapter) - 1
    name = chapter.lower().replace("-", "_").replace(" ", "_")
    return names.index(name) if name in names else None


def feature_of(item: pytest.Item) -> Feature:
    """Return the feature of a test."""
    return scenario_wrapper_template_registry[cast("pytest.Function", item).obj].feature


def name_of(item: pytest.Item) -> str:
    """Return the name of a test's chapter: the stem of its file name, such as ``create_key``."""
    return Path(feature_of(item).filename).stem


def reflowed(description: str) -> str:
    """Return a description with each paragraph on one line."""
    return "\n".join(" ".join(paragraph.split()) for paragraph in description.split("\n\n"))
