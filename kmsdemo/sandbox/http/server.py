"""An AWS to work against over HTTP: moto's server with the sandbox in it."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

import psutil
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from kmsdemo.sandbox import clock, mock_kms
from kmsdemo.sandbox.errors import CannotListen, PortTaken
from kmsdemo.sandbox.http.host_header import is_this_machine
from kmsdemo.sandbox.moto_hook import HOOK

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 4566
_MAX_PORT = 65535
_LOOPBACK = ("127.", "localhost", "::1")


class Application:
    """moto's application, with ``GET /health`` and ``POST /advance`` beside it, and guests.

    One AWS call at a time: moto looks and writes in two steps, and two clients between them
    would lose a write.

    Attributes:
        listeners: Called with each AWS call: the request, and the status and body of the answer.
        guests: Other applications, by the first part of their paths.
    """

    def __init__(self, *, only_this_machine: bool = True) -> None:
        self._only_this_machine = only_this_machine
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._one_at_a_time = Lock()
        self.listeners: list[Callable[[Request, int, bytes], None]] = []
        self.guests: dict[str, WSGIApplication] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if guest := self.guests.get(environ["PATH_INFO"].split("/")[1]):
            is_meant = is_this_machine(environ.get("HTTP_HOST", ""), self._only_this_machine)
            return (guest if is_meant else _NOT_MEANT)(environ, start_response)
        # Read before anybody has to wait: a client that stalls holds up itself alone.
        body = Request(environ).get_data()
        with self._one_at_a_time:
            return self._answer(environ, body)(environ, start_response)

    def _answer(self, environ: WSGIEnvironment, body: bytes) -> Response:
        def request() -> Request:
            return Request({**environ, "wsgi.input": BytesIO(body)})

        if ours := _ROUTES.get((environ["REQUEST_METHOD"], environ["PATH_INFO"])):
            return ours(request())
        moto = self._moto.get_application(environ)
        response = Response.from_app(moto, request().environ)
        for listener in self.listeners:
            listener(request(), response.status_code, response.get_data())
        return response


def _health(_: Request) -> Response:
    return _json({"status": "ok", "time": clock.now().isoformat()})


def _advance(request: Request) -> Response:
    try:
        mock_kms.advance(days=float(json.loads(request.get_data())["days"]))
    except (ValueError, KeyError, TypeError):
        reason = 'Send {"days": N}, with N a number of 0 or more that ends before the year 9000.'
        return _json({"error": reason}, status=400)
    return _health(request)


def _json(facts: Any, status: int = 200) -> Response:
    return Response(json.dumps(facts), status=status, content_type="application/json")


_ROUTES: dict[tuple[str, str], Callable[[Request], Response]] = {
    ("GET", "/health"): _health,
    ("POST", "/advance"): _advance,
}


_NOT_MEANT = Response(
    "This page is shown only under a name or an address of its own machine.\n"
    "Take the URL that kmsdemo sandbox prints.\n",
    status=403,
)


class _Quiet(WSGIRequestHandler):
    """Logs no requests: a log would show who does what, and hide the lines to paste."""

    def log(self, *_: Any) -> None:
        pass


class Server:
    """A sandbox that listens.

    Args:
        host: The address to listen on; only this machine by default.
        port: The port; 0 takes a free one.

    Raises:
        PortTaken: Another program listens there.
        CannotListen: The operating system refuses the address or the port.
    """

    def __init__(self, host: str = DEFAULT_HOST, port: int = 0) -> None:
        self.only_this_machine = host.startswith(_LOOPBACK)
        self.application = Application(only_this_machine=self.only_this_machine)
        with _bound(host, port) as listening:
            port = listening.getsockname()[1]
            self._server: BaseWSGIServer = make_server(
                host,
                port,
                self.application,
                threaded=True,
                request_handler=_Quiet,
                fd=listening.fileno(),
            )
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{port}"

    @property
    def url_for_others(self) -> str:
        """The URL for other machines, where it listens to all of them."""
        return self.url.replace("//0.0.0.0:", f"//{socket.gethostname()}:")

    def serve(self) -> None:
        """Serve until Ctrl-C, or until :meth:`in_background` ends."""
        HOOK.install()
        try:
            self._server.serve_forever(poll_interval=0.1)
        finally:
            self._server.server_close()
            HOOK.remove()

    @contextmanager
    def in_background(self) -> Iterator[str]:
        """Serve beside this program, and yield the URL; leaving the context stops it."""
        thread = Thread(target=self.serve, daemon=True)
        thread.start()
        try:
            yield self.url
        finally:
            self._server.shutdown()
            thread.join()


@contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    if fault := _fault_of_address(host, port):
        raise CannotListen(host, port, fault)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        if holder := _holder_of(port):
            raise PortTaken(port, holder) from error
        raise CannotListen(host, port, str(error.strerror)) from error
    with listening:
        yield listening


def _fault_of_address(host: str, port: int) -> str:
    """Return what Python itself refuses of an address; the rest is the operating system's."""
    try:
        host.encode("idna")
    except UnicodeError:
        return "it is not a host name"
    return "" if 0 <= port <= _MAX_PORT else f"ports end with {_MAX_PORT}"


def _holder_of(port: int) -> str:
    """Return the name and process id of the program that listens on a port, where one may know."""
    with suppress(psutil.Error):
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and port in connection.laddr:
                return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
    return ""
