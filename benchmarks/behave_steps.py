"""The steps of this repository for behave: the same functions, with the fixtures that they ask for.

behave has neither fixtures nor the parsers of pytest-bdd, so this is what a team that uses it would
write once. A folder of features imports from here in its ``environment.py`` and in ``steps``.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, fields
from functools import partial
from importlib import import_module
from typing import Any, Final
from unittest.mock import patch

import pytest
import pytest_bdd
from behave.matchers import Matcher
from behave.model_type import Argument
from behave.runner import the_step_registry

from kmsdemo import backends
from kmsdemo.backends import Options

LEFT_OUT: Final = re.compile("endpoint does not answer|anybody encrypts", re.IGNORECASE)
OPTIONS: Final = {
    "backend": backends.DEFAULT,
    **{option.name: option.default for option in fields(Options)},
}
FIXTURES: Final[dict[str, tuple[Callable[..., Any], str]]] = {}
"""The function and the scope of each fixture, by name."""


def load() -> None:
    """Import the modules of steps, and give behave their steps instead of pytest-bdd."""
    steps: dict[str, Any] = {name: partial(_step, name) for name in ("given", "when", "then")}
    with patch.multiple(pytest_bdd, **steps), patch.object(pytest, "fixture", _fixture):
        for module in import_module("conftest").pytest_plugins:
            if module.startswith("steps."):
                import_module(module)


def _fixture(function: Any = None, *, scope: str = "function", **_: Any) -> Any:
    if function is None:
        return partial(_fixture, scope=scope)
    FIXTURES[function.__name__] = function, scope
    return function


def _step(kind: str, sentence: Any, *, target_fixture: str = "", **_: Any) -> Any:
    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        def run(context: Any, **values: Any) -> None:
            result = context.fixtures.call(function, values)
            if target_fixture:
                context.fixtures.values[target_fixture] = result

        parser = pytest_bdd.parsers.get_parser(sentence)
        the_step_registry.steps[kind].append(_OfPytestBdd(run, parser))
        return function

    return decorate


class _OfPytestBdd(Matcher):  # type: ignore[misc]
    """Matches a sentence with the parser of pytest-bdd that its step has."""

    def check_match(self, step_text: str) -> list[Argument] | None:
        if not self.pattern.is_matching(step_text):
            return None
        values = self.pattern.parse_arguments(step_text) or {}
        return [Argument(0, 0, step_text, value, name) for name, value in values.items()]


@dataclass
class Fixtures:
    """The fixtures of a scenario, each made at its first use.

    Attributes:
        session: Those of the whole run; ``None`` for these themselves.
        values: By name.
        until_the_end: Takes them away.
    """

    session: Fixtures | None = None
    values: dict[str, Any] = field(default_factory=dict)
    until_the_end: ExitStack = field(default_factory=ExitStack)

    def get(self, name: str) -> Any:
        """Return a fixture, created at its first use."""
        if name in ("request", "pytestconfig"):
            return _Request(self)
        function, scope = FIXTURES.get(name, (None, ""))
        owner = self.session if self.session and scope == "session" else self
        if name not in owner.values:
            assert function, f"there is no fixture {name}"
            owner.values[name] = owner.call(function, {})
        return owner.values[name]

    def call(self, function: Callable[..., Any], values: Mapping[str, Any]) -> Any:
        """Call a function with values, and with a fixture for each other parameter."""
        names = inspect.signature(function).parameters
        made = {name: values[name] if name in values else self.get(name) for name in names}
        result = function(**made)
        if not inspect.isgenerator(result):
            return result
        self.until_the_end.callback(next, result, None)
        return next(result)


@dataclass(frozen=True)
class _Request:
    """As much of pytest's ``request`` and ``pytestconfig`` as our steps use."""

    fixtures: Fixtures

    @property
    def config(self) -> _Request:
        return self

    def getoption(self, name: str) -> Any:
        return OPTIONS.get(name)

    def getfixturevalue(self, name: str) -> Any:
        return self.fixtures.get(name)

    def addfinalizer(self, end: Callable[[], object]) -> None:
        self.fixtures.until_the_end.callback(end)


def before_all(context: Any) -> None:
    context.of_the_run = Fixtures()


def after_all(context: Any) -> None:
    context.of_the_run.until_the_end.close()


def before_scenario(context: Any, scenario: Any) -> None:
    if LEFT_OUT.search(scenario.name):
        scenario.skip()
    context.fixtures = Fixtures(context.of_the_run)


def after_scenario(context: Any, _: Any) -> None:
    context.fixtures.until_the_end.close()
