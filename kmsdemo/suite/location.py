"""Where the suite is: its features, its steps, its conftest.py and the two scripts."""

from __future__ import annotations

from pathlib import Path

import kmsdemo


def root() -> Path:
    """Return the folder of the suite: inside the installed package, or at the top of a clone."""
    package = Path(kmsdemo.__file__).parent
    installed = package / "suite"
    return installed if (installed / "features").is_dir() else package.parent
