"""Finds the folder of the suite: features, steps, ``conftest.py`` and the two scripts."""

from __future__ import annotations

from pathlib import Path

import kmsdemo


def root() -> Path:
    """Return the folder of the suite: in the installed package, or the root of a clone."""
    package = Path(kmsdemo.__file__).parent
    installed = package / "suite"
    return installed if (installed / "features").is_dir() else package.parent
