"""A page to look at what is in a running sandbox: keys, items, calls, and how far the lab is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kmsdemo.console.page import create_application
from kmsdemo.console.verdicts import Verdicts
from kmsdemo.sandbox.heard import Hearing

if TYPE_CHECKING:
    from kmsdemo.lab.roster import Learner
    from kmsdemo.sandbox.server import Server


@contextmanager
def served_by(server: Server, learners: Sequence[Learner] = ()) -> Iterator[str]:
    """Serve the console at ``/console`` of a sandbox, and yield its URL.

    Args:
        server: The sandbox.
        learners: The class that shares it, if one does.
    """
    hearing = Hearing()
    server.application.listeners.append(hearing.note)
    with Verdicts(server.url, hearing).kept() as verdicts:
        console = create_application(server.url, hearing, verdicts, learners)
        server.application.guests["console"] = console
        yield f"{server.url_for_others}/console"
