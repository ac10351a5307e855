"""The sandbox's own routes, and mounted applications."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Any

import pytest
from werkzeug.test import Client

from kmsdemo import keys
from kmsdemo.account.clients import Clients
from kmsdemo.sandbox import clock
from kmsdemo.sandbox.http.answer import Answer
from kmsdemo.sandbox.http.application import MAX_MOUNTED_REQUESTS, Application
from tests.sandbox.http.signed_requests import signed

HERE = {"Host": "127.0.0.1"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b'{"days": -1}',
        b'{"days": -1e-9}',
        b'{"days": 3000000}',
        b'{"days": 1e999}',
        b'{"days": Infinity}',
        b'{"days": -Infinity}',
        b'{"days": NaN}',
        b'{"days": "many"}',
        b'{"days": []}',
        b'{"days": {}}',
        b'{"days": ' + b"9" * 900 + b"}",
        b"[" * 1000,
        b"\xff\xfe",
    ],
)
def test_what_is_no_number_of_days_moves_no_clock(
    application: Application, clients: Clients, body: bytes
) -> None:
    before = clock.offset()
    answer = Client(application).post("/advance", data=body, headers=HERE)
    assert answer.status_code == 400
    assert answer.get_json()["error"].startswith('Send {"days": N}')
    assert clock.offset() == before
    assert keys.create(clients.kms).key_id


def test_no_story_is_told_with_the_days(application: Application) -> None:
    answer = Client(application).post("/advance", data=b" " * 1025, headers=HERE)
    assert answer.status_code == 413
    assert answer.get_json() == {"error": 'Send {"days": N}, with N a number from 0 to 36500.'}


def test_a_request_of_1024_bytes_moves_the_clock(application: Application) -> None:
    body = b'{"days": 2}'.ljust(1024)
    answer = Client(application).post("/advance", data=body, headers=HERE)
    assert (answer.status_code, clock.offset()) == (200, timedelta(days=2))


def test_the_time_of_the_account_that_moved_its_clock_is_answered(application: Application) -> None:
    headers = signed("kmsdemo")
    answer = Client(application).post("/advance", data=b'{"days": 2}', headers=headers)
    assert (clock.offset("123456789012"), clock.offset()) == (timedelta(days=2), timedelta())
    assert answer.get_json().keys() == {"status", "time"}
    ahead = datetime.fromisoformat(answer.get_json()["time"]) - clock.real_time()
    assert timedelta(days=1.9) < ahead < timedelta(days=2)


def test_health_has_the_time_of_a_new_account(application: Application) -> None:
    clock.move(3)
    answer = Client(application).get("/health", headers=HERE).get_json()
    assert (answer.keys(), answer["status"]) == ({"status", "time"}, "ok")
    ahead = datetime.fromisoformat(answer["time"]) - clock.real_time()
    assert timedelta(days=2.9) < ahead < timedelta(days=3)


def test_days_that_add_up_to_too_many_are_refused(application: Application) -> None:
    client = Client(application)
    body = b'{"days": 30000}'
    answers = [client.post("/advance", data=body, headers=HERE).status_code for _ in range(2)]
    assert answers == [200, 400]
    assert client.get("/health", headers=HERE).status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_browser_is_sent_to_the_console(application: Application, method: str) -> None:
    application.mounted["console"] = Answer(200, {}, b"the console")
    answer = Client(application).open("/", method=method, headers=HERE)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/console")


@pytest.mark.parametrize(
    ("path", "headers"),
    [("/", signed("s3")), ("/?Action=ListUsers", HERE)],
)
def test_a_program_is_not(application: Application, path: str, headers: dict[str, str]) -> None:
    application.mounted["console"] = Answer(200, {}, b"the console")
    assert Client(application).get(path, headers=headers).status_code in (400, 403)


def test_the_file_that_a_mounted_application_sends_is_closed(application: Application) -> None:
    class Parts(list[bytes]):
        is_closed = False

        def close(self) -> None:
            self.is_closed = True

    parts = Parts([b"the console"])

    def answer(_: Any, start_response: Any) -> Parts:
        start_response("200 OK", [])
        return parts

    application.mounted["console"] = answer
    assert Client(application).get("/console", headers=HERE).text == "the console"
    assert parts.is_closed


def test_mounted_applications_leave_threads_for_aws(application: Application) -> None:
    """A mounted application calls AWS here: with all threads, its requests would wait forever."""
    begun, over = [Event() for _ in range(MAX_MOUNTED_REQUESTS)], Event()
    places = iter(begun)

    def waiting(_: Any, start_response: Any) -> list[bytes]:
        next(places).set()
        over.wait()
        start_response("200 OK", [])
        return [b""]

    application.mounted["console"] = waiting
    client = Client(application)
    threads = [
        Thread(target=client.get, args=("/console",), kwargs={"headers": HERE}) for _ in begun
    ]
    for thread, event in zip(threads, begun, strict=True):
        thread.start()
        event.wait()
    refused = client.get("/console", headers=HERE)
    over.set()
    for thread in threads:
        thread.join()
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    assert (refused.content_type, refused.text) == ("text/plain", "Busy.\n")
