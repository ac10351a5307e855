"""Each error says what happened and what to do, in a line each."""

from __future__ import annotations

import dataclasses
import pickle
from datetime import datetime, timezone
from typing import Any

import pytest

from kmsdemo import errors
from kmsdemo.backends import errors as of_backends
from kmsdemo.cli import errors as of_cli
from kmsdemo.learners import errors as of_learners
from kmsdemo.lesson import errors as of_lesson
from kmsdemo.shared_account import errors as of_shared_account

ROOMS = (errors, of_backends, of_cli, of_learners, of_lesson, of_shared_account)
SAMPLES: dict[str, Any] = {
    "str": "sample",
    "int": 17,
    "tuple[str, ...]": ("alias/demo-kms-1", "alias/demo-kms-2"),
    "datetime | None": datetime(2026, 11, 24, tzinfo=timezone.utc),
}


def leaves() -> list[type[errors.KmsdemoError]]:
    everything = [value for room in ROOMS for value in vars(room).values()]
    ours = {
        value
        for value in everything
        if isinstance(value, type) and issubclass(value, errors.KmsdemoError)
    }
    return sorted((one for one in ours if "_what" in vars(one)), key=lambda one: one.__name__)


def sample(error: type[errors.KmsdemoError]) -> errors.KmsdemoError:
    if not dataclasses.is_dataclass(error):
        return error()
    made: errors.KmsdemoError = error(
        *(SAMPLES[str(field.type)] for field in dataclasses.fields(error))
    )
    return made


@pytest.mark.parametrize("error", leaves(), ids=lambda error: error.__name__)
def test_says_what_happened_and_what_to_do_in_a_line_each(error: type[errors.KmsdemoError]) -> None:
    what, next_step = str(sample(error)).splitlines()
    assert what.endswith((".", "sample"))
    assert next_step.endswith(".")
    assert "{" not in what + next_step


@pytest.mark.parametrize("error", leaves(), ids=lambda error: error.__name__)
def test_names_the_key_or_the_table_that_it_is_about(error: type[errors.KmsdemoError]) -> None:
    if issubclass(error, errors.KeyFault | errors.TableFault):
        assert "sample" in sample(error).what


@pytest.mark.parametrize("error", leaves(), ids=lambda error: error.__name__)
def test_survives_a_journey_between_processes(error: type[errors.KmsdemoError]) -> None:
    made = sample(error)
    assert str(pickle.loads(pickle.dumps(made))) == str(made)


def test_there_is_one_tree() -> None:
    assert len(leaves()) > 50
    assert all(issubclass(leaf, errors.KmsdemoError) for leaf in leaves())


def test_a_pending_deletion_tells_its_date_where_it_is_known() -> None:
    date = datetime(2026, 12, 24, tzinfo=timezone.utc)
    assert "is pending deletion on 2026-12-24: " in errors.KeyPendingDeletion("k", date).what
    assert "is pending deletion: " in errors.KeyPendingDeletion("k").what


def test_braces_in_a_name_are_left_alone() -> None:
    assert "{oops}" in errors.KeyNotFound("{oops}").what
