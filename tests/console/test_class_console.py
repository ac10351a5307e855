"""The console of a class: tokens, the page of each learner, the overview."""

from __future__ import annotations

import re
from html import unescape
from http.client import HTTPConnection
from urllib.parse import quote

import pytest

from kmsdemo import keys
from kmsdemo.console.check_results import CheckResult
from kmsdemo.learners import class_progress
from tests.console.served_console import (
    ANNA,
    BEN,
    CLASSROOM,
    TIME_LIMIT_SECONDS,
    Console,
    NoCheckResults,
)
from tests.learners.class_results import progress


def connection_to(of_class: Console) -> HTTPConnection:
    host = of_class.sandbox_url.removeprefix("http://")
    return HTTPConnection(host, timeout=TIME_LIMIT_SECONDS)


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("", id="none"),
        pytest.param("\u00e9", id="not ASCII"),
        pytest.param(CLASSROOM.instructor.secret, id="the instructor's secret"),
        pytest.param(ANNA.secret, id="a learner's secret"),
    ],
)
@pytest.mark.parametrize("path", ["", "/200000000001", "/123456789012", "/nobody"])
def test_the_console_of_a_class_requires_a_token(of_class: Console, path: str, token: str) -> None:
    answer = of_class.get(path, token=quote(token))
    assert answer.status == 403
    assert "Anna" not in answer.text


def test_the_token_in_the_url_is_moved_into_a_cookie(of_class: Console) -> None:
    connection = connection_to(of_class)
    connection.request("GET", f"/console?token={of_class.token}")
    with connection.getresponse() as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/console")
        cookie = answer.headers["Set-Cookie"]
    connection.close()
    assert cookie.startswith(f"kmsdemo-console={of_class.token};")
    assert {"HttpOnly", "SameSite=Lax", "Path=/console"} <= set(cookie.split("; "))


def test_an_unknown_token_is_not_moved_into_a_cookie(of_class: Console) -> None:
    connection = connection_to(of_class)
    connection.request("GET", "/console?token=x")
    with connection.getresponse() as answer:
        assert "Set-Cookie" not in answer.headers
    connection.close()


def test_a_learner_sees_only_their_own_page(of_class: Console) -> None:
    keys.create(of_class.clients(BEN.access_key_id, BEN.secret).kms)
    page = of_class.get("", token=ANNA.console_token).text
    assert "<h1>Anna &lt;b&gt;</h1>" in page
    assert "Ben" not in page
    assert BEN.learner.account_id not in page


@pytest.mark.parametrize("another", ["200000000002", "200000000000", "123456789012"])
def test_a_learner_does_not_see_the_page_of_another_account(
    of_class: Console, another: str
) -> None:
    assert of_class.get(f"/{another}", token=ANNA.console_token).status in (403, 404)


PROGRESS = {
    ANNA.learner.account_id: progress(3),
    BEN.learner.account_id: progress(8, "2030-06-13T09:00:00+00:00"),
}


@pytest.fixture
def looked_at(of_class: Console, monkeypatch: pytest.MonkeyPatch) -> Console:
    """The console of a class whose first learner is at step 4, and whose second is done."""
    monkeypatch.setattr(
        NoCheckResults, "of", lambda _, account: CheckResult(0, PROGRESS.get(account))
    )
    return of_class


def grid(page: str) -> list[str]:
    """Return the text of each learner."""
    items = re.findall(r"<li>(.*?)</li>", page.partition('id="class"')[2], re.DOTALL)
    return [" ".join(unescape(re.sub(r"<[^>]+>", "", one)).split()) for one in items]


ANNAS = "Anna <b> 3 of 8 Encrypt a password"
BENS = "Ben 8 of 8 on 13 Jun 09:00 UTC"


@pytest.mark.parametrize(
    ("query", "learners"),
    [
        ("", [ANNAS, BENS]),
        ("?sort=list", [ANNAS, BENS]),
        ("?sort=name", [ANNAS, BENS]),
        ("?sort=progress", [BENS, ANNAS]),
    ],
)
def test_the_class_is_sorted_and_says_who_finished_when(
    looked_at: Console, query: str, learners: list[str]
) -> None:
    assert grid(looked_at.get(query).text) == learners


def test_the_class_has_totals(looked_at: Console) -> None:
    assert "1 of 2 learners completed the lab" in looked_at.get("").text


def test_the_order_that_is_shown_is_marked(looked_at: Console) -> None:
    page = looked_at.get("?sort=name").text
    assert re.findall(r'id="([\w-]+)" [^>]*aria-current', page) == ["sort-name"]


def test_an_unknown_order_is_not_found(looked_at: Console) -> None:
    assert looked_at.get("?sort=height").status == 404


@pytest.mark.parametrize("order", ["list", "name", "progress"])
def test_the_csv_of_the_console_is_that_of_the_terminal(looked_at: Console, order: str) -> None:
    names = {"Anna <b>": PROGRESS["200000000001"], "Ben": PROGRESS["200000000002"]}
    ordered = class_progress.in_order(names, order)
    page = looked_at.get(f"?sort={order}").text
    assert f'href="/console/class.csv?sort={order}"' in page
    assert looked_at.get(f"/class.csv?sort={order}").text == class_progress.as_csv(ordered, {})


def test_a_learner_does_not_get_the_csv_of_the_class(looked_at: Console) -> None:
    answer = looked_at.get("/class.csv", token=ANNA.console_token)
    assert answer.status == 403
    assert "Ben" not in answer.text


def test_without_a_class_there_is_no_csv(alone: Console) -> None:
    assert alone.get("/class.csv").status == 404


def test_a_learner_whom_nobody_has_checked_is_being_checked(of_class: Console) -> None:
    assert grid(of_class.get("").text)[1] == "Ben Checking …"
