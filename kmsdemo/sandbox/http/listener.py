"""The listening socket, its connections and their limits: waitress, told what AWS's limits are.

waitress reads requests in one thread, whole, before another thread answers them: a client that
sends slowly, or nothing, costs a descriptor and holds nobody up.
"""

from __future__ import annotations

import logging
import select
import socket
import time
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher

from kmsdemo.sandbox.http.service import LARGEST_BODY

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

THREADS: Final = 16
LARGEST_HEADER: Final = 32 * 1024
IDLE_SECONDS: Final = 60
"""How long a connection may be without a request, and a request may take to arrive."""
MOST_CONNECTIONS: Final = 1000
_DESCRIPTORS_FOR_OTHERS: Final = 32
_SECONDS_BETWEEN_CLEANUPS: Final = 5
_SECONDS_TO_FINISH: Final = 1
_LOWEST_SERVER_ERROR: Final = 500

# It would write on the terminal what clients do wrong, and that many call at once.
logging.getLogger("waitress").setLevel(logging.CRITICAL)


class Listener:
    """Answers requests that come through a listening socket.

    Args:
        application: What answers them.
        listening: The socket, which is closed when the listener stops.
    """

    def __init__(self, application: WSGIApplication, listening: socket.socket) -> None:
        self._connections: dict[int, Any] = {}
        self._threads = ThreadedTaskDispatcher()
        self._server = _server(application, listening, self._threads, self._connections)
        self._is_stopping = False
        # Whoever wakes the loop up writes to a descriptor that the loop closes at its end.
        self._closing = Lock()

    def serve(self) -> None:
        """Answer requests until :meth:`stop`, or until Ctrl-C."""
        self._threads.set_thread_count(THREADS)
        try:
            while not self._is_stopping:
                wasyncore.loop(
                    timeout=_SECONDS_BETWEEN_CLEANUPS,
                    use_poll=hasattr(select, "poll"),
                    map=self._connections,
                    count=1,
                )
        finally:
            self._threads.shutdown(timeout=_SECONDS_TO_FINISH)
            self.close()

    def stop(self) -> None:
        """Have :meth:`serve` end, from another thread."""
        with self._closing:
            self._is_stopping = True
            if self._connections:
                self._server.pull_trigger()

    def close(self) -> None:
        """Close the socket and all connections, where nobody serves (any more)."""
        with self._closing:
            wasyncore.close_all(self._connections)


def _server(
    application: WSGIApplication,
    listening: socket.socket,
    threads: ThreadedTaskDispatcher,
    connections: dict[int, Any],
) -> TcpWSGIServer:
    return _Server(
        application,
        connections,
        _sock=listening,
        dispatcher=threads,
        sockinfo=(listening.family, listening.type, listening.proto, listening.getsockname()),
        bind_socket=False,
        adj=Adjustments(
            sockets=[listening],
            threads=THREADS,
            ident="",
            backlog=128,
            connection_limit=_most_connections(),
            channel_timeout=IDLE_SECONDS,
            cleanup_interval=_SECONDS_BETWEEN_CLEANUPS,
            max_request_header_size=LARGEST_HEADER,
            max_request_body_size=LARGEST_BODY + 1,
            clear_untrusted_proxy_headers=False,  # signatures may include them
            log_socket_errors=False,
        ),
    )


def _most_connections() -> int:
    """Return how many connections there may be, of as many as this process may have."""
    with suppress(ImportError):  # there is none on Windows
        import resource  # noqa: PLC0415

        allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        if allowed != resource.RLIM_INFINITY:
            return max(1, min(MOST_CONNECTIONS, allowed - _DESCRIPTORS_FOR_OTHERS))
    return MOST_CONNECTIONS


class _Refused(ErrorTask):  # type: ignore[misc] # waitress has no types
    """What is not HTTP, or too much of it, is the client's error, whatever waitress calls it."""

    def execute(self) -> None:
        error = self.request.error
        if error.code >= _LOWEST_SERVER_ERROR:
            error.code, error.reason = 400, "Bad Request"
        super().execute()


class _Connection(HTTPChannel):  # type: ignore[misc]
    """A connection that knows when the request that it receives has begun."""

    error_task_class = _Refused
    began = 0.0

    def received(self, data: bytes) -> bool:
        if self.request is None:
            self.began = time.time()
        return bool(super().received(data))

    def is_too_slow(self, now: float) -> bool:
        return self.request is not None and now - self.began > IDLE_SECONDS


class _Server(TcpWSGIServer):  # type: ignore[misc]
    """Closes connections that are too slow, and where there are too many the one longest idle."""

    channel_class = _Connection

    def readable(self) -> bool:
        if len(self._map) >= self.adj.connection_limit:
            self._make_room()
        return bool(super().readable())

    def maintenance(self, now: float) -> None:
        super().maintenance(now)
        for connection in self.active_channels.values():
            if not connection.requests and connection.is_too_slow(now):
                connection.will_close = True

    def _make_room(self) -> None:
        waiting = [one for one in self.active_channels.values() if not one.requests]
        if waiting and not any(one.will_close for one in waiting):
            min(waiting, key=lambda one: one.last_activity).will_close = True
