"""Answers a call in this process, which moto intercepts."""

from __future__ import annotations

import json
from typing import Any, Final
from uuid import uuid4

from moto.core.responses import BaseResponse
from werkzeug.http import http_date

from kmsdemo.sandbox import clock, json_parameters, service
from kmsdemo.sandbox.access import authentication
from kmsdemo.sandbox.call import Call
from kmsdemo.sandbox.kms import handler
from kmsdemo.sandbox.lock import STATE_LOCK
from kmsdemo.sandbox.refusal import Refusal

MotoAnswer = tuple[int, dict[str, Any], str | bytes]
"""The HTTP status, the headers and the body."""
CALL: Final = "kmsdemo.call"
"""Where the WSGI environment of a request has its call, once it is parsed."""


class KmsResponse(BaseResponse):
    """AWS KMS, for moto."""

    def __init__(self) -> None:
        super().__init__(service_name="kms")

    def setup_class(
        self, request: Any, full_url: str | None = None, headers: Any = None, *_: Any
    ) -> None:
        """Read a request; moto's own method also looks for forms and files, which takes longer."""
        self.normalized_request = request
        self.headers = request.headers if headers is None else headers
        self.body, self.querystring = request.data, {}
        self.region = self.get_region_from_url(request, full_url or request.url)
        self.is_werkzeug_request = request.from_wsgi_server
        self.response_headers = {"server": "amazon.com"}
        if not self.is_werkzeug_request:
            self.response_headers["date"] = http_date()

    def call_action(self) -> MotoAnswer:
        """Answer a call; moto calls this."""
        principal = authentication.principal_of(self.normalized_request)
        request_id = str(uuid4())
        headers = {
            **self.response_headers,
            "x-amzn-RequestId": request_id,
            clock.HEADER: clock.now(principal.account).isoformat(),
        }
        try:
            with STATE_LOCK:
                call = self._call(principal.account, request_id)
                self.normalized_request.environ[CALL] = call
                answer = handler.answer(call, principal)
        except Refusal as refusal:
            return refusal.status, {**headers, "status": str(refusal.status)}, refusal.body
        return 200, headers, json.dumps(answer)

    def _call(self, account: str, request_id: str) -> Call:
        operation = service.find("kms").operation(self._get_action())
        if operation is None:
            raise Refusal("UnknownOperationException")
        try:
            value = json.loads(self.body or "{}")
        except ValueError as error:
            raise Refusal("SerializationException") from error
        shape = operation.input_shape
        return Call(
            operation=operation.name,
            parameters=json_parameters.parsed(shape, value) if shape else {},
            account=account,
            region=self.region,
            source_ip=self.normalized_request.remote_addr or "127.0.0.1",
            user_agent=self.headers.get("User-Agent", ""),
            request_id=request_id,
        )
