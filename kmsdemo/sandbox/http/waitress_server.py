"""The WSGI server: waitress, with limits on connections, headers, bodies and time.

waitress reads each whole request in one thread before another thread answers it: a client that
sends slowly, or nothing, takes a file descriptor and delays no other client.
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

from kmsdemo.sandbox.service import MAX_BODY_BYTES

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

THREADS: Final = 16
MAX_HEADER_BYTES: Final = 32 * 1024
IDLE_SECONDS: Final = 60
"""How long a connection can be idle, and how long a request can take to arrive."""
MAX_CONNECTIONS: Final = 1000
_RESERVED_DESCRIPTORS: Final = 32  # for files and for connections to elsewhere
_CLEANUP_SECONDS: Final = 5
_SHUTDOWN_SECONDS: Final = 1
_LOWEST_SERVER_ERROR: Final = 500

# waitress logs errors of clients and a full queue, which do not belong on the terminal.
logging.getLogger("waitress").setLevel(logging.CRITICAL)


class WaitressServer:
    """Serves a WSGI application on a listening socket.

    Args:
        application: The application.
        listening: The socket; it is closed when the server stops.
    """

    def __init__(self, application: WSGIApplication, listening: socket.socket) -> None:
        self._connections: dict[int, Any] = {}
        self._threads = ThreadedTaskDispatcher()
        self._server = _server(application, listening, self._threads, self._connections)
        self._is_stopping = False
        # stop() writes to a descriptor that the loop closes when it ends.
        self._closing = Lock()

    def serve(self) -> None:
        """Serve until :meth:`stop` or Ctrl-C."""
        self._threads.set_thread_count(THREADS)
        try:
            while not self._is_stopping:
                wasyncore.loop(
                    timeout=_CLEANUP_SECONDS,
                    use_poll=hasattr(select, "poll"),
                    map=self._connections,
                    count=1,
                )
        finally:
            self._threads.shutdown(timeout=_SHUTDOWN_SECONDS)
            self.close()

    def stop(self) -> None:
        """Stop :meth:`serve`, from another thread."""
        with self._closing:
            self._is_stopping = True
            if self._connections:
                self._server.pull_trigger()

    def close(self) -> None:
        """Close the socket and all connections; only while :meth:`serve` does not run."""
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
            connection_limit=_max_connections(),
            channel_timeout=IDLE_SECONDS,
            cleanup_interval=_CLEANUP_SECONDS,
            max_request_header_size=MAX_HEADER_BYTES,
            max_request_body_size=MAX_BODY_BYTES + 1,
            clear_untrusted_proxy_headers=False,  # signatures may include them
            log_socket_errors=False,
        ),
    )


def _max_connections() -> int:
    """Return how many connections the limit on file descriptors of this process allows."""
    with suppress(ImportError):  # Windows does not have it
        import resource  # noqa: PLC0415

        allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        if allowed != resource.RLIM_INFINITY:
            return max(1, min(MAX_CONNECTIONS, allowed - _RESERVED_DESCRIPTORS))
    return MAX_CONNECTIONS


class _ClientError(ErrorTask):  # type: ignore[misc] # waitress has no types
    """Answers malformed and too large requests with a 4xx, where waitress has a 5xx."""

    def execute(self) -> None:
        error = self.request.error
        if error.code >= _LOWEST_SERVER_ERROR:
            error.code, error.reason = 400, "Bad Request"
        super().execute()


class _Connection(HTTPChannel):  # type: ignore[misc]
    """A connection that measures how long a request takes to arrive."""

    error_task_class = _ClientError
    began = 0.0

    def received(self, data: bytes) -> bool:
        if self.request is None:
            self.began = time.time()
        return bool(super().received(data))

    def is_too_slow(self, now: float) -> bool:
        return self.request is not None and now - self.began > IDLE_SECONDS


class _Server(TcpWSGIServer):  # type: ignore[misc]
    """Closes slow connections and, at the limit, the connection that has been idle the longest."""

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
