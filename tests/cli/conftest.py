"""What tests of commands share: the lab, set up."""

from __future__ import annotations

import pytest

from tests.cli.invocation import facts


@pytest.fixture
def key_id() -> str:
    """The lab, set up."""
    return str(facts("setup")["key_id"])
