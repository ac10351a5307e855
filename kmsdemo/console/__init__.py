"""The web page of a running sandbox: its keys, items, recent calls and the progress of the lab."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kmsdemo.console.check_results import CheckResults
from kmsdemo.console.page import create_application
from kmsdemo.sandbox.http.call_log import CallLog

if TYPE_CHECKING:
    from kmsdemo.learners.class_list import Learner
    from kmsdemo.sandbox.http.server import Server


@contextmanager
def served_by(server: Server, learners: Sequence[Learner] = ()) -> Iterator[str]:
    """Serve the console at ``/console`` of a sandbox, and yield its URL.

    Args:
        server: The sandbox.
        learners: The class that shares the sandbox, if any.
    """
    call_log = CallLog()
    server.application.listeners.append(call_log.note)
    with CheckResults(server.url, call_log).running() as check_results:
        console = create_application(server.url, call_log, check_results, learners)
        server.application.guests["console"] = console
        yield f"{server.url_for_others}/console"
