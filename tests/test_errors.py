"""Each error has one line for what happened and one line for what to do next."""

from __future__ import annotations

import dataclasses
import pickle
from datetime import datetime, timezone
from typing import Any

import pytest

from kmsdemo import errors
from kmsdemo.backends import errors as backends_errors
from kmsdemo.cli import errors as cli_errors
from kmsdemo.learners import errors as learners_errors
from kmsdemo.lesson import errors as lesson_errors
from kmsdemo.shared_account import errors as shared_account_errors

ROOMS = (errors, backends_errors, cli_errors, learners_errors, lesson_errors, shared_account_errors)
SAMPLES: dict[str, Any] = {
    "str": "sample",
    "int": 17,
    "float": 1.5,
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
def test_an_error_has_a_line_for_what_happened_and_one_for_what_to_do_next(
    error: type[errors.KmsdemoError],
) -> None:
    what, next_step = str(sample(error)).splitlines()
    assert what.endswith((".", "sample"))
    assert next_step.endswith(".")
    assert "{" not in what + next_step


@pytest.mark.parametrize("error", leaves(), ids=lambda error: error.__name__)
def test_an_error_names_its_key_or_table(error: type[errors.KmsdemoError]) -> None:
    if issubclass(error, errors.KeyFault | errors.TableFault):
        assert "sample" in sample(error).what


@pytest.mark.parametrize("error", leaves(), ids=lambda error: error.__name__)
def test_an_error_can_be_pickled(error: type[errors.KmsdemoError]) -> None:
    made = sample(error)
    assert str(pickle.loads(pickle.dumps(made))) == str(made)


def test_every_error_is_a_kmsdemo_error() -> None:
    assert len(leaves()) > 50
    assert all(issubclass(leaf, errors.KmsdemoError) for leaf in leaves())


def test_an_error_about_a_pending_deletion_has_the_date_if_it_is_known() -> None:
    date = datetime(2026, 12, 24, tzinfo=timezone.utc)
    assert "is pending deletion on 2026-12-24: " in errors.KeyPendingDeletion("k", date).what
    assert "is pending deletion: " in errors.KeyPendingDeletion("k").what


def test_a_field_adds_no_line_and_acts_on_no_terminal() -> None:
    error = errors.KeyNotFound("alias/\x1b[2J\nState: Enabled")
    what, _ = str(error).splitlines()
    assert r"alias/\x1b[2J\nState: Enabled" in what
    assert error.key_id == "alias/\x1b[2J\nState: Enabled"


def test_braces_in_a_key_id_are_kept() -> None:
    assert "{oops}" in errors.KeyNotFound("{oops}").what
