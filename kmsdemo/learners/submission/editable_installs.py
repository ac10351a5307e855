"""The folders that a Python environment imports packages from besides its own.

A package that was installed as editable stays where its source is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname


def sources(environment: Path) -> Iterator[Path]:
    """Yield the folders outside of an environment that its packages are in.

    Args:
        environment: A folder with ``bin`` and ``lib``, as a virtual environment has them.

    See "site", Python Standard Library, for ``.pth``; "Recording the Direct URL Origin of installed
    distributions", Python Packaging User Guide, for ``direct_url.json``.
    """
    for packages in environment.glob("lib/python3*/*-packages"):
        for file in packages.glob("*.pth"):
            yield from _lines(file)
        for file in packages.glob("*.dist-info/direct_url.json"):
            yield from _origin(file)


def _lines(file: Path) -> Iterator[Path]:
    with suppress(OSError, UnicodeDecodeError):
        lines = file.read_text(encoding="utf-8").splitlines()
        yield from (file.parent / line for line in lines if line and not line.startswith("import"))


def _origin(file: Path) -> Iterator[Path]:
    with suppress(OSError, ValueError, KeyError):
        origin = json.loads(file.read_bytes())
        if origin.get("dir_info", {}).get("editable"):
            yield Path(url2pathname(urlsplit(origin["url"]).path))
