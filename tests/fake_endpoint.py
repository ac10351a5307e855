"""An HTTP endpoint with prepared responses: errors, web pages, incomplete responses."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from botocore.config import Config

from kmsdemo.account.clients import connect

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

Answer = Callable[[BaseHTTPRequestHandler], None]
PAUSE = "botocore.retries.standard.ExponentialBackoff.delay_amount"
"""What says how many seconds boto3 waits before it tries again."""
QUEUE = "botocore.retries.bucket.TokenBucket.acquire"
"""Where boto3 waits with each request, in its adaptive mode, after AWS has throttled one."""


def json_answer(status: int, body: Any) -> Answer:
    """Respond with JSON, as AWS does."""
    return _whole(status, "application/x-amz-json-1.1", json.dumps(body).encode())


def error(code: str, message: str = "no reason", status: int = 400) -> Answer:
    """Respond with an error of AWS."""
    return json_answer(status, {"__type": code, "message": message})


def web_page(status: int) -> Answer:
    """Respond with a web page."""
    return _whole(status, "text/html", b"<html><body>It works!</body></html>")


def whole(body: bytes) -> Answer:
    """Respond with bytes that ought to be JSON."""
    return _whole(200, "application/x-amz-json-1.1", body)


def half_an_answer(request: BaseHTTPRequestHandler) -> None:
    """Close the connection before the response is complete."""
    request.send_response(200)
    request.send_header("Content-Length", "1000")
    request.end_headers()
    request.wfile.write(b'{"CiphertextBlob":')
    request.close_connection = True


def hang_up(request: BaseHTTPRequestHandler) -> None:
    """Close the connection without a response."""
    request.close_connection = True


def half_close(request: BaseHTTPRequestHandler) -> None:
    """Close one direction of the connection without a response."""
    request.connection.shutdown(socket.SHUT_WR)
    never(request)


def never(request: BaseHTTPRequestHandler) -> None:
    """Never respond, until the client closes the connection."""
    with suppress(OSError):
        request.connection.recv(1)
    request.close_connection = True


@contextmanager
def endpoint(*answers: Answer) -> Iterator[tuple[str, list[str]]]:
    """Serve the responses in order and repeat the last; yield the URL and the operations."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            asked.append(self.headers.get("X-Amz-Target", "").partition(".")[2])
            answers[min(len(asked), len(answers)) - 1](self)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


def kms_at(url: str, *, attempts: int = 1, read_timeout: float = 5) -> KMSClient:
    """Return an AWS KMS client for the endpoint."""
    config = Config(
        retries={"mode": "standard", "total_max_attempts": attempts}, read_timeout=read_timeout
    )
    caller = connect(access_key_id="testing", secret_access_key="testing", region="us-east-1")
    return caller.session.client("kms", endpoint_url=url, config=config)


def _whole(status: int, content_type: str, body: bytes) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Type", content_type)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return answer
