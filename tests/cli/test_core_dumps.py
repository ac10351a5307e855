"""No command leaves its memory in a core dump."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from kmsdemo.cli import main

resource = pytest.importorskip("resource", reason="this system has no limits of resources")


@pytest.fixture
def most() -> Iterator[int]:
    """The hard limit of core dumps, which is the soft limit too."""
    before = resource.getrlimit(resource.RLIMIT_CORE)
    if before[1] == 0:
        pytest.skip("core dumps are switched off for good here")
    resource.setrlimit(resource.RLIMIT_CORE, (before[1], before[1]))
    yield before[1]
    resource.setrlimit(resource.RLIMIT_CORE, before)


def test_a_command_switches_core_dumps_off_so_that_they_can_be_allowed_again(most: int) -> None:
    CliRunner().invoke(main, ["--version"])
    assert resource.getrlimit(resource.RLIMIT_CORE) == (0, most)
