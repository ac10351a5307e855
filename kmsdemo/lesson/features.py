"""The scenario and the feature behind a test."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from pytest_bdd.scenario import scenario_wrapper_template_registry

if TYPE_CHECKING:
    import pytest
    from pytest_bdd.parser import Feature, ScenarioTemplate


def scenario_of(item: pytest.Item) -> ScenarioTemplate:
    """Return the scenario of a test."""
    return scenario_wrapper_template_registry[cast("pytest.Function", item).obj]


def feature_of(item: pytest.Item) -> Feature:
    """Return the feature of a test."""
    return scenario_of(item).feature


def name_of(item: pytest.Item) -> str:
    """Return the name of a test's topic: the stem of its file name, such as ``create_key``."""
    return Path(feature_of(item).filename).stem
