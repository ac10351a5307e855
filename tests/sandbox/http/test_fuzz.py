"""Whatever is sent, AWS-shaped answers come back: nothing that is sent breaks the sandbox."""

from __future__ import annotations

import json
import time
from collections import Counter
from io import BytesIO
from itertools import islice
from random import Random
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest
from werkzeug.wrappers import Response

from kmsdemo import keys, table
from kmsdemo.account.clients import Clients
from kmsdemo.sandbox import mock_kms
from kmsdemo.sandbox.http.application import Application
from tests.sandbox.http.fuzzing import Fuzzed, requests

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

CALLS_BETWEEN_FRESH_STARTS = 500


def environ(fuzzed: Fuzzed) -> WSGIEnvironment:
    scope = f"123456789012/20260101/us-east-1/{fuzzed.service}/aws4_request"
    headers = {
        "Host": "127.0.0.1:4566",
        "X-Amz-Date": "20260101T000000Z",
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0",
        **fuzzed.headers,
    }
    named = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    return {
        **named,
        "REQUEST_METHOD": fuzzed.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": "/",
        "QUERY_STRING": fuzzed.query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "4566",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": fuzzed.headers.get("Content-Type", ""),
        "CONTENT_LENGTH": str(len(fuzzed.body)),
        "wsgi.input": BytesIO(fuzzed.body),
        "wsgi.url_scheme": "http",
    }


def faults_of(response: Response) -> list[str]:
    """Say what is wrong with an answer, whatever the question was."""
    faults = []
    if response.status_code >= 500:
        faults.append(f"status {response.status_code}")
    if "x-amzn-RequestId" not in response.headers:
        faults.append("no request id")
    try:
        if "xml" in str(response.content_type):
            ElementTree.fromstring(response.get_data())
        else:
            json.loads(response.get_data())
    except (ValueError, ElementTree.ParseError) as error:
        faults.append(f"unreadable: {error}")
    return faults


def prepared(clients: Clients) -> list[str]:
    """Fill an account, and return the names of its resources."""
    mock_kms.empty()
    key = keys.create(clients.kms, alias="demo")
    table.create(clients.dynamodb)
    clients.iam.create_user(UserName="ben")
    return [key.key_id, key.arn]


def test_nothing_that_is_sent_breaks_the_sandbox(
    clients: Clients, pytestconfig: pytest.Config, record_property: Any
) -> None:
    calls, seed = (pytestconfig.getoption(name) for name in ("fuzz_calls", "fuzz_seed"))
    application, names = Application(), prepared(clients)
    faults: list[Any] = []
    slowest: tuple[float, str] = (0, "")
    answered: Counter[int] = Counter()
    made = islice(requests(Random(seed), names), calls)  # noqa: S311, to be had again
    for place, fuzzed in enumerate(made, start=1):
        if place % CALLS_BETWEEN_FRESH_STARTS == 0:
            names[:] = prepared(clients)
        began = time.perf_counter()
        response = Response.from_app(application, environ(fuzzed))
        taken = time.perf_counter() - began
        slowest = max(slowest, (taken, f"{fuzzed.service} {fuzzed.operation}"))
        answered[response.status_code] += 1
        if found := faults_of(response):
            faults.append((found, fuzzed.service, fuzzed.operation, fuzzed.body[:300]))
    record_property("the slowest answer, in seconds", slowest)
    record_property("answers by status", dict(answered))
    print(f"{calls} requests of seed {seed}: {dict(answered)}, slowest {slowest}")
    assert faults == []
