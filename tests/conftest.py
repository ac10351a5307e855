"""What only the tests of the library may ask for."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--sequences`` and ``--faults-at-every``."""
    group = parser.getgroup("kmsdemo")
    group.addoption(
        "--sequences",
        type=int,
        default=100,
        help="how many random sequences of key operations are tried (default: %(default)s)",
    )
    group.addoption(
        "--faults-at-every",
        type=int,
        default=25,
        metavar="N",
        help="a run in a real account is disturbed at every Nth call (default: %(default)s)",
    )
