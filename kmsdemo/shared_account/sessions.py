"""The sessions of botocore that this process opens, whoever opens them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import botocore
from botocore.session import Session


@contextmanager
def watched(watch: Callable[[Session], None]) -> Iterator[None]:
    """Show every session that is opened from now on, so that its events can be heard.

    Args:
        watch: Called with each, before anything is made from it.
    """
    botocore.register_initializer(watch)
    try:
        yield
    finally:
        botocore.unregister_initializer(watch)
