"""A page to look at what is in a running sandbox: keys, items, calls, and how far the lab is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kmsdemo.console.page import create_application
from kmsdemo.console.verdicts import Verdicts
from kmsdemo.sandbox.http.call_log import CallLog

if TYPE_CHECKING:
    from kmsdemo.learners.class_list import Learner
    from kmsdemo.sandbox.http.server import Server


@contextmanager
def served_by(server: Server, learners: Sequence[Learner] = ()) -> Iterator[str]:
    """Serve the console at ``/console`` of a sandbox, and yield its URL.

    Args:
        server: The sandbox.
        learners: The class that shares it, if one does.
    """
    call_log = CallLog()
    server.application.listeners.append(call_log.note)
    with Verdicts(server.url, call_log).kept() as verdicts:
        console = create_application(server.url, call_log, verdicts, learners)
        server.application.guests["console"] = console
        yield f"{server.url_for_others}/console"
