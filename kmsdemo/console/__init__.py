"""The web page of a running sandbox: its keys, items, recent calls and the progress of the lab.

Imports ``learners``, ``suite``, ``account``, ``sandbox`` and the library; only ``cli`` imports it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kmsdemo.console.access import Access
from kmsdemo.console.check_results import CheckResults
from kmsdemo.console.page import create_application

if TYPE_CHECKING:
    from kmsdemo.learners.hand_out import Classroom
    from kmsdemo.sandbox.http.server import Server


@contextmanager
def served_by(server: Server, classroom: Classroom | None = None) -> Iterator[str]:
    """Serve the console at ``/console`` of a sandbox, and yield its URL.

    Args:
        server: The sandbox.
        classroom: The class that shares the sandbox, if any; the URL then contains the
            instructor's token.
    """
    access = Access(server.url, classroom)
    with CheckResults(access).running() as check_results:
        console = create_application(access, check_results)
        server.application.mounted["console"] = console
        yield f"{server.url_for_others}/console{access.query}"
