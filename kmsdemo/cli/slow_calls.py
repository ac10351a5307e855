"""Clients of a command that says on a terminal which call to AWS takes longer than a second."""

from __future__ import annotations

import sys
import threading
from typing import Any, Final

from kmsdemo.account import clients
from kmsdemo.account.clients import Clients
from kmsdemo.cli.output import say

SECONDS: Final = 1.0


def connect(**options: Any) -> Clients:
    """Return the clients of the caller, as :func:`kmsdemo.account.clients.connect` does."""
    connected = clients.connect(**options)
    if sys.stderr.isatty():
        announcements = _Announcements()
        events = connected.botocore_session.get_component("event_emitter")
        events.register("before-call", announcements.begin)
        events.register("after-call", announcements.end)
        events.register("after-call-error", announcements.end)
    return connected


class _Announcements:
    """Announces the calls of the main thread; where others call, a progress bar is shown."""

    def __init__(self) -> None:
        self._timer = threading.Timer(SECONDS, say)

    def begin(self, model: Any, **_: Any) -> None:
        if threading.current_thread() is threading.main_thread():
            text = f"Waiting for AWS: {model.name} …"
            self._timer = threading.Timer(SECONDS, say, [text], {"err": True})
            self._timer.daemon = True
            self._timer.start()

    def end(self, **_: Any) -> None:
        if threading.current_thread() is threading.main_thread():
            self._timer.cancel()
