"""HTTP responses in AWS's form: with a request id, and errors in the protocol of the service."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from kmsdemo.sandbox.moto_kms.responses import MotoAnswer
from kmsdemo.sandbox.refusal import Refusal
from kmsdemo.sandbox.service import Service

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_REQUEST_ID: Final = "x-amzn-RequestId"
_XML_NAMESPACE: Final = "https://sts.amazonaws.com/doc/2011-06-15/"
_ANY_JSON: Final = "application/x-amz-json-1.1"
_XML: Final = "text/xml"
_MOTO_ID: Final = re.compile(r"(<RequestId>)[^<]*(</RequestId>(?:</\w+>)*\s*)\Z")
_NOT_IN_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SERVER_ERROR: Final = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """A response, which is also the WSGI application that sends it.

    Attributes:
        status: The HTTP status.
        headers: The headers, by name.
        body: The body.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def __call__(self, _: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Send the response."""
        headers = [*self.headers.items(), ("Content-Length", str(len(self.body)))]
        start_response(f"{self.status} {HTTPStatus(self.status).phrase}", headers)
        return [self.body]


def of_service(status: int, body: bytes, content_type: str, request_id: str) -> Answer:
    """Return the response of a service."""
    return Answer(status, {"Content-Type": content_type, _REQUEST_ID: request_id}, body)


def of_moto(answered: MotoAnswer, content_type: str, request_id: str) -> Answer:
    """Return moto's response, with the request id of the sandbox."""
    status, _, body = answered
    text = body.decode() if isinstance(body, bytes) else body
    if content_type == _XML:
        text = _MOTO_ID.sub(rf"\g<1>{request_id}\g<2>", text)
    return of_service(int(status), text.encode(), content_type, request_id)


def refused(refusal: Refusal, request_id: str, service: Service) -> Answer:
    """Return an error in the protocol of a service."""
    if service.is_query:
        return in_xml(refusal, request_id, service.model.metadata["xmlNamespace"])
    return in_json(refusal, request_id, service.content_type)


def in_json(refusal: Refusal, request_id: str, content_type: str = _ANY_JSON) -> Answer:
    """Return an error in AWS's JSON protocol."""
    body = refusal.body.encode()
    return of_service(refusal.status, body, content_type, request_id)


def in_xml(refusal: Refusal, request_id: str, namespace: str = _XML_NAMESPACE) -> Answer:
    """Return an error in AWS's query protocol, which is XML."""
    fault = "Receiver" if refusal.status >= _SERVER_ERROR else "Sender"
    message = f"<Message>{_escaped(refusal.message)}</Message>" if refusal.message else ""
    body = (
        f'<ErrorResponse xmlns="{namespace}"><Error><Type>{fault}</Type>'
        f"<Code>{_escaped(refusal.code)}</Code>{message}</Error>"
        f"<RequestId>{request_id}</RequestId></ErrorResponse>"
    )
    return of_service(refusal.status, body.encode(), _XML, request_id)


def in_text(status: int, message: str) -> Answer:
    """Return a message in plain text, for browsers."""
    return Answer(status, {"Content-Type": "text/plain; charset=utf-8"}, message.encode())


def of_sandbox(status: int, fields: Mapping[str, str]) -> Answer:
    """Return a response of the sandbox's own routes, in JSON."""
    return Answer(status, {"Content-Type": "application/json"}, json.dumps(fields).encode())


def redirect(path: str) -> Answer:
    """Redirect a browser to another path."""
    return Answer(HTTPStatus.FOUND, {"Location": path}, b"")


def _escaped(text: str) -> str:
    return escape(_NOT_IN_XML.sub("\ufffd", text))
