"""Binds the feature of the two scripts; its scenarios share an account, so that runs are shared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from pytest_bdd import scenarios

if TYPE_CHECKING:
    from kmsdemo.account import Account
    from kmsdemo.backends import Backend

scenarios("scripts.feature")


@pytest.fixture(scope="module")
def account(backend: Backend) -> Iterator[Account]:
    """The account of all scenarios; what they create is removed at the end."""
    with backend.account() as account:
        yield account
