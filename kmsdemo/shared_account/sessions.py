"""Every botocore session that this process creates, including those of other code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import botocore
from botocore.session import Session


@contextmanager
def initializer(register_handlers: Callable[[Session], None]) -> Iterator[None]:
    """Register event handlers on every session that is created inside the context.

    Args:
        register_handlers: Called with each new session, before any client is created from it.
    """
    botocore.register_initializer(register_handlers)
    try:
        yield
    finally:
        botocore.unregister_initializer(register_handlers)
