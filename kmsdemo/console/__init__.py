"""A page to look at what is in a running sandbox: keys, items, calls, and how far the lab is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kmsdemo.console.access import Access
from kmsdemo.console.page import create_application
from kmsdemo.console.verdicts import Verdicts
from kmsdemo.sandbox.http.call_log import CallLog

if TYPE_CHECKING:
    from kmsdemo.learners.hand_out import Classroom
    from kmsdemo.sandbox.http.server import Server


@contextmanager
def served_by(server: Server, classroom: Classroom | None = None) -> Iterator[str]:
    """Serve the console at ``/console`` of a sandbox, and yield its URL.

    Args:
        server: The sandbox.
        classroom: The class that shares it, if one does; the URL has the instructor's token then.
    """
    call_log = CallLog()
    server.application.listeners.append(call_log.note)
    access = Access(server.url, classroom)
    with Verdicts(access, call_log).kept() as verdicts:
        console = create_application(access, call_log, verdicts)
        server.application.guests["console"] = console
        yield f"{server.url_for_others}/console{access.query}"
