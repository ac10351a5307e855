"""What only the tests of the library may ask for."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--sequences``."""
    parser.getgroup("kmsdemo").addoption(
        "--sequences",
        type=int,
        default=100,
        help="how many random sequences of key operations are tried (default: %(default)s)",
    )
