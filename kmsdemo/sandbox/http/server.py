"""The sandbox as an HTTP server."""

from __future__ import annotations

import errno
import socket
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from threading import Thread

import psutil

from kmsdemo.sandbox.errors import CannotListen, PortTaken
from kmsdemo.sandbox.http.application import Application
from kmsdemo.sandbox.http.waitress_server import WaitressServer
from kmsdemo.sandbox.moto_hook import HOOK

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 4566
_MAX_PORT = 65535
_LOOPBACK = ("127.", "localhost", "::1")


class Server:
    """A sandbox that listens on a port.

    Args:
        host: The address to listen on; by default only this machine can connect.
        port: The port; 0 selects a free one.
        allowed_origins: The origins whose web pages can call it, besides its own.

    Raises:
        PortTaken: Another program uses the port.
        CannotListen: The address or the port cannot be used.
        OriginInvalid: An origin is not one.
    """

    def __init__(
        self, host: str = DEFAULT_HOST, port: int = 0, allowed_origins: Collection[str] = ()
    ) -> None:
        self.only_this_machine = host.startswith(_LOOPBACK)
        self.application = Application(
            only_this_machine=self.only_this_machine, allowed_origins=allowed_origins
        )
        listening = _bound(host, port)
        port = listening.getsockname()[1]
        self._server = WaitressServer(self.application, listening)
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{port}"

    @property
    def url_for_others(self) -> str:
        """The URL for other machines, if it listens on all addresses."""
        for everywhere in ("//0.0.0.0:", "//[::]:"):
            if everywhere in self.url:
                return self.url.replace(everywhere, f"//{socket.gethostname()}:")
        return self.url

    def serve(self) -> None:
        """Serve until Ctrl-C, or until the context of :meth:`in_background` ends."""
        HOOK.install()
        try:
            with suppress(KeyboardInterrupt):
                self._server.serve()
        finally:
            HOOK.remove()

    @contextmanager
    def in_background(self) -> Iterator[str]:
        """Serve in a thread, and yield the URL; leaving the context stops it."""
        thread = Thread(target=self.serve, daemon=True)
        thread.start()
        try:
            yield self.url
        finally:
            self._server.stop()
            thread.join()

    def close(self) -> None:
        """Free the port of a server that does not serve."""
        self._server.close()


def _bound(host: str, port: int) -> socket.socket:
    if fault := _fault_of_address(host, port):
        raise CannotListen(host, port, fault)
    is_ipv6 = ":" in host
    try:
        return socket.create_server(
            (host, port),
            family=socket.AF_INET6 if is_ipv6 else socket.AF_INET,
            backlog=128,
            dualstack_ipv6=host == "::" and socket.has_dualstack_ipv6(),
        )
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(port, _holder_of(port)) from error
        raise CannotListen(host, port, str(error.strerror)) from error


def _fault_of_address(host: str, port: int) -> str:
    """Return why Python cannot use an address; empty if it can, and the system decides."""
    if not host:
        return "it is not a host name"
    try:
        host.encode("idna")
    except UnicodeError:
        return "it is not a host name"
    return "" if 0 <= port <= _MAX_PORT else f"the highest port is {_MAX_PORT}"


def _holder_of(port: int) -> str:
    """Return the name and process id of the program that uses a port, if this user may see it."""
    with suppress(psutil.Error):
        for connection in psutil.net_connections("tcp"):
            is_here = connection.status == psutil.CONN_LISTEN and port in connection.laddr
            if is_here and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
    return "another program"
