"""Which requests of browsers are let in: those of the sandbox's own pages, and of origins named."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from werkzeug.test import Client, TestResponse

from kmsdemo.account.clients import Clients
from kmsdemo.sandbox import clock
from kmsdemo.sandbox.errors import OriginInvalid
from kmsdemo.sandbox.http.answer import Answer
from kmsdemo.sandbox.http.application import Application
from tests.sandbox.http.signed_requests import signed

HERE = "127.0.0.1:4566"
FRIEND = "http://localhost:3000"
EVERY_ROUTE = [
    ("GET", "/"),
    ("GET", "/health"),
    ("POST", "/advance"),
    ("POST", "/"),
    ("GET", "/?Action=GetCallerIdentity"),
    ("GET", "/console"),
    ("OPTIONS", "/"),
    ("OPTIONS", "/advance"),
    ("GET", "/nothing"),
]
FOREIGN = [
    {"Host": "evil.example:4566"},
    {"Host": "127.0.0.1.evil.example"},
    {"Host": ""},
    {"Host": "["},
    {"Host": HERE, "Origin": "http://evil.example"},
    {"Host": HERE, "Origin": "http://127.0.0.1:8000"},
    {"Host": HERE, "Origin": "https://127.0.0.1:4566"},
    {"Host": HERE, "Origin": "null"},
    {"Host": HERE, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
    {"Host": HERE, "Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"},
]


@pytest.fixture
def application(clients: Clients) -> Application:
    application = Application(allowed_origins=[FRIEND])
    application.mounted["console"] = Answer(200, {}, b"the console")
    return application


def ask(
    application: Application, method: str, path: str, headers: Mapping[str, str]
) -> TestResponse:
    body = b'{"days": 1}' if method == "POST" else b""
    return Client(application).open(path, method=method, headers=dict(headers), data=body)


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "*",
        "null",
        "localhost:3000",
        "http://",
        "http://[",
        "http://a/b",
        "http://a?b",
        "file://",
        "http://a:99999",
        "http://a:b",
        "http://u:p@a",
        "http://a b",
        "http://é.example",
        "http://\x1b",
    ],
)
def test_what_is_no_origin_is_refused(origin: str) -> None:
    with pytest.raises(OriginInvalid, match="is not an origin"):
        Application(allowed_origins=[origin])


@pytest.mark.parametrize(
    "origin",
    ["http://localhost", "HTTP://Localhost:3000/", "http://[::1]:80", "chrome-extension://abc"],
)
def test_an_origin_has_a_scheme_and_a_host(origin: str) -> None:
    Application(allowed_origins=[origin])


@pytest.mark.parametrize(("method", "path"), EVERY_ROUTE)
@pytest.mark.parametrize("headers", FOREIGN)
def test_who_is_foreign_is_let_in_nowhere(
    application: Application, method: str, path: str, headers: dict[str, str]
) -> None:
    before = clock.offset()
    answer = ask(application, method, path, {**signed("sts"), **headers})
    assert (answer.status_code, clock.offset()) == (403, before)
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:8000"])
def test_no_preflight_of_a_foreign_page_is_granted(application: Application, origin: str) -> None:
    preflight = {
        "Host": HERE,
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,x-amz-target",
    }
    answer = ask(application, "OPTIONS", "/", preflight)
    assert answer.status_code == 403
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": HERE},
        {"Host": "localhost:4566"},
        {"Host": "[::1]:4566"},
        {"Host": HERE, "Origin": f"http://{HERE}"},
        {"Host": "LocalHost:4566", "Origin": "http://localhost:4566"},
        {"Host": HERE, "Sec-Fetch-Site": "same-origin"},
        {"Host": HERE, "Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"},
        {"Host": HERE, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
    ],
)
def test_a_page_of_its_own_is_let_in(application: Application, headers: dict[str, str]) -> None:
    answer = ask(application, "GET", "/console", headers)
    assert (answer.status_code, answer.text) == (200, "the console")


def test_a_link_elsewhere_cannot_call_aws(application: Application) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", **signed("sts")}
    path = "/?Action=GetCallerIdentity&Version=2011-06-15"
    assert ask(application, "GET", path, headers).status_code == 403


def test_an_origin_that_was_named_is_let_in_and_may_read(application: Application) -> None:
    answer = ask(application, "GET", "/health", {"Host": HERE, "Origin": FRIEND})
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == FRIEND
    assert answer.headers["Vary"] == "Origin"


def test_the_preflight_of_an_origin_that_was_named_is_granted(application: Application) -> None:
    preflight = {
        "Host": HERE,
        "Origin": FRIEND,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,x-amz-target",
    }
    answer = ask(application, "OPTIONS", "/", preflight)
    assert (answer.status_code, answer.text) == (204, "")
    assert {(name, value) for name, value in answer.headers if name != "Content-Length"} == {
        ("Access-Control-Allow-Headers", "authorization,x-amz-target"),
        ("Access-Control-Allow-Methods", "GET, POST"),
        ("Access-Control-Allow-Origin", FRIEND),
        ("Access-Control-Allow-Private-Network", "true"),
        ("Access-Control-Expose-Headers", "x-amzn-RequestId, x-amz-crc32"),
        ("Access-Control-Max-Age", "3600"),
        ("Vary", "Origin"),
    }


def test_a_preflight_that_asks_for_no_header_is_granted_none(application: Application) -> None:
    preflight = {"Host": HERE, "Origin": FRIEND, "Access-Control-Request-Method": "POST"}
    answer = ask(application, "OPTIONS", "/", preflight)
    assert answer.headers["Access-Control-Allow-Headers"] == ""


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        (
            {"Host": "evil.example"},
            "The sandbox answers only requests to a name or an address of its own machine.\n"
            "Use the URL that kmsdemo sandbox prints.\n",
        ),
        (
            {"Host": HERE, "Origin": "http://evil.example"},
            "The sandbox rejects requests from web pages of other origins.\n"
            "Allow an origin with kmsdemo sandbox --allow-origin URL.\n",
        ),
    ],
)
def test_who_is_foreign_is_told_what_to_do(
    application: Application, headers: dict[str, str], text: str
) -> None:
    assert ask(application, "GET", "/health", headers).text == text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 302),
        ("POST", "/", 403),
        ("HEAD", "/console", 403),
        ("GET", "/console?x=1", 403),
    ],
)
def test_a_link_elsewhere_leads_to_a_page_and_no_further(
    application: Application, method: str, path: str, status: int
) -> None:
    link = {"Host": HERE, "Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate"}
    assert ask(application, method, path, link).status_code == status


@pytest.mark.parametrize("origin", [f"{FRIEND}/", "HTTP://LOCALHOST:3000"])
def test_an_origin_is_named_in_any_case_and_with_a_slash(clients: Clients, origin: str) -> None:
    application = Application(allowed_origins=[origin])
    answer = ask(application, "GET", "/health", {"Host": HERE, "Origin": FRIEND})
    assert answer.headers["Access-Control-Allow-Origin"] == FRIEND
    capitals = {"Host": HERE.upper(), "Origin": FRIEND.upper()}
    assert ask(application, "GET", "/health", capitals).status_code == 200


def test_a_foreign_host_is_foreign_also_if_an_origin_was_named(application: Application) -> None:
    assert ask(application, "GET", "/health", {"Host": "sandbox.test"}).status_code == 403


def test_an_options_request_that_is_no_preflight_is_one_of_aws(application: Application) -> None:
    answer = ask(application, "OPTIONS", "/", {"Host": HERE, "Origin": FRIEND})
    assert answer.status_code == 403
    assert "<Code>MissingAuthenticationToken</Code>" in answer.text


def test_an_origin_that_was_named_names_its_host(clients: Clients) -> None:
    application = Application(allowed_origins=["http://sandbox.test:4566"])
    assert ask(application, "GET", "/health", {"Host": "sandbox.test:4566"}).status_code == 200
