"""A console that is served, and a class that uses it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from kmsdemo import console
from kmsdemo.account.clients import Clients, connect
from kmsdemo.console.check_results import CheckResults
from kmsdemo.learners import class_list
from kmsdemo.learners.class_list import Learner
from kmsdemo.learners.hand_out import Classroom, HandOut
from kmsdemo.sandbox.access import access_keys
from kmsdemo.sandbox.http.server import Server

ACCOUNTS = (f"{number:012}" for number in count(300_000_000_001))
TIME_LIMIT_SECONDS = 300


def given(learner: Learner) -> HandOut:
    key = access_keys.generate(learner.account_id)
    return HandOut(learner, key.access_key_id, key.secret)


ANNA = given(Learner("Anna <b>", "200000000001"))
BEN = given(Learner("Ben", "200000000002"))
CLASSROOM = Classroom(given(class_list.instructor()), [ANNA, BEN])


@dataclass
class Answer:
    status: int
    tag: str
    text: str


@dataclass
class Console:
    """A console that the tests share, and an account that only one of them uses."""

    url: str
    sandbox_url: str
    account_id: str = ""
    token: str = ""

    def get(self, path: str | None = None, token: str | None = None, **headers: str) -> Answer:
        url = self.url + (f"/{self.account_id}" if path is None else path)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named["Cookie"] = f"kmsdemo-console={self.token if token is None else token}"
        try:
            with urlopen(Request(url, headers=named), timeout=TIME_LIMIT_SECONDS) as answer:
                return Answer(answer.status, answer.headers["ETag"] or "", answer.read().decode())
        except HTTPError as error:
            with error:
                return Answer(error.code, "", error.read().decode())

    def wait_for(self, text: str, path: str | None = None) -> str:
        """Request the page until it contains a text, which can take as long as the check."""
        end = time.monotonic() + TIME_LIMIT_SECONDS
        while text not in (page := self.get(path).text):
            assert time.monotonic() < end, f"{text} is not on the page: {page}"
            time.sleep(0.02)
        return page

    def clients(self, *key: str, region: str = "us-east-1") -> Clients:
        access_key_id, secret = key or (self.account_id, "x")
        return connect(
            access_key_id=access_key_id,
            secret_access_key=secret,
            region=region,
            endpoint_url=self.sandbox_url,
        )


class NoCheckResults(CheckResults):
    """Starts no check, which is a program of its own."""

    def of(self, account: str) -> None:
        """Know nothing of any account."""


@contextmanager
def unchecked(classroom: Classroom | None = None) -> Iterator[Console]:
    """A console that starts no check."""
    server = Server()
    with ExitStack() as until_the_end:
        with pytest.MonkeyPatch.context() as monkeypatch:
            monkeypatch.setattr(console, "CheckResults", NoCheckResults)
            url = until_the_end.enter_context(console.served_by(server, classroom))
        until_the_end.enter_context(server.in_background())
        yield opened(url, server)


def opened(url: str, server: Server) -> Console:
    page, _, token = url.partition("?token=")
    return Console(page, server.url, token=token)
