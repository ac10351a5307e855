"""Checks the progress of the lab in an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmsdemo.learners.collect import collect

if TYPE_CHECKING:
    from pathlib import Path

    from kmsdemo.learners.finding import Finding


def check_account(*, junit: Path | None = None) -> list[Finding]:
    """Check the account that the environment names; change nothing.

    Args:
        junit: Write the findings to this file too, as JUnit XML.

    Returns:
        A finding for each scenario, in the order of the lab.

    Raises:
        KmsdemoError: The account cannot be read: no credentials, no endpoint, no permission.
        KeyboardInterrupt: Ctrl-C.
    """
    return collect("features/check/check.py", junit=junit)
