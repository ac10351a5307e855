"""An AWS to work against over HTTP: the sandbox, listening."""

from __future__ import annotations

import socket
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from threading import Thread

import psutil

from kmsdemo.sandbox.errors import CannotListen, PortTaken
from kmsdemo.sandbox.http.application import Application
from kmsdemo.sandbox.http.listener import Listener
from kmsdemo.sandbox.moto_hook import HOOK

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 4566
_LOOPBACK = ("127.", "localhost", "::1")


class Server:
    """A sandbox that listens.

    Args:
        host: The address to listen on; only this machine by default.
        port: The port; 0 takes a free one.
        allowed_origins: Whose web pages may call it, beside its own.

    Raises:
        PortTaken: Another program listens there.
        CannotListen: The operating system refuses the address or the port.
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
        self._listener = Listener(self.application, listening)
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{port}"

    @property
    def url_for_others(self) -> str:
        """The URL for other machines, where it listens to all of them."""
        for everywhere in ("//0.0.0.0:", "//[::]:"):
            if everywhere in self.url:
                return self.url.replace(everywhere, f"//{socket.gethostname()}:")
        return self.url

    def serve(self) -> None:
        """Serve until Ctrl-C, or until :meth:`in_background` ends."""
        HOOK.install()
        try:
            with suppress(KeyboardInterrupt):
                self._listener.serve()
        finally:
            HOOK.remove()

    @contextmanager
    def in_background(self) -> Iterator[str]:
        """Serve beside this program, and yield the URL; leaving the context stops it."""
        thread = Thread(target=self.serve, daemon=True)
        thread.start()
        try:
            yield self.url
        finally:
            self._listener.stop()
            thread.join()

    def close(self) -> None:
        """Free the port, where nobody has begun to serve."""
        self._listener.close()


def _bound(host: str, port: int) -> socket.socket:
    is_ipv6 = ":" in host
    try:
        return socket.create_server(
            (host, port),
            family=socket.AF_INET6 if is_ipv6 else socket.AF_INET,
            backlog=128,
            dualstack_ipv6=host == "::" and socket.has_dualstack_ipv6(),
        )
    except OSError as error:
        if holder := _holder_of(port):
            raise PortTaken(port, holder) from error
        raise CannotListen(host, port, str(error.strerror)) from error


def _holder_of(port: int) -> str:
    """Return the name and process id of the program that listens on a port, where one may know."""
    with suppress(psutil.Error):
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and port in connection.laddr:
                return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
    return ""
