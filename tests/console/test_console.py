"""The console: which requests it accepts, and what its pages show."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from html import unescape
from http.client import HTTPConnection
from itertools import count
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest

from kmsdemo import console, keys, table
from kmsdemo.account.clients import Clients, connect
from kmsdemo.backends import Backend
from kmsdemo.console import page
from kmsdemo.console.account_view import read_account
from kmsdemo.console.check_results import CheckResult, CheckResults
from kmsdemo.learners import class_list, class_progress
from kmsdemo.learners.class_list import Learner
from kmsdemo.learners.hand_out import Classroom, HandOut
from kmsdemo.sandbox import mock_kms
from kmsdemo.sandbox.access import access_keys
from kmsdemo.sandbox.http.server import Server
from kmsdemo.suite import story
from kmsdemo.vault import Vault
from tests.learners.class_results import progress
from tests.subprocesses import ROOT

PASSWORD = "correct horse battery staple"
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


@pytest.fixture(scope="module")
def running_unchecked(backend: Backend) -> Iterator[Console]:
    with unchecked() as running:
        yield running


@pytest.fixture(scope="module")
def running_class(backend: Backend) -> Iterator[Console]:
    with unchecked(CLASSROOM) as running:
        yield running


@pytest.fixture(scope="module")
def running_checked(backend: Backend) -> Iterator[Console]:
    server = Server()
    with console.served_by(server) as url, server.in_background():
        yield opened(url, server)


@pytest.fixture
def alone(running_unchecked: Console, clients: Clients) -> Console:
    return replace(running_unchecked, account_id=next(ACCOUNTS))


@pytest.fixture
def of_class(running_class: Console, clients: Clients) -> Iterator[Console]:
    """The console of a class; the accounts are empty, and nobody else is let in."""
    with access_keys.restricted_to(CLASSROOM.keys):
        yield running_class


@pytest.fixture
def checked(running_checked: Console, clients: Clients) -> Console:
    return replace(running_checked, account_id=next(ACCOUNTS))


@pytest.fixture
def checked_class(clients: Clients) -> Iterator[Console]:
    server = Server()
    with (
        access_keys.restricted_to(CLASSROOM.keys),
        console.served_by(server, CLASSROOM) as url,
        server.in_background(),
    ):
        yield opened(url, server)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:4566", "127.0.0.1.evil.example"])
@pytest.mark.parametrize("path", ["", "/300000000001", "/static/console.js"])
def test_a_request_for_another_host_is_rejected(alone: Console, path: str, host: str) -> None:
    answer = alone.get(path, Host=host)
    assert answer.status == 403
    assert "only requests to a name or an address of its own machine" in answer.text


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1234", "[::1]:80", "LOCALHOST."])
def test_a_request_for_this_machine_is_answered(alone: Console, host: str) -> None:
    assert alone.get(Host=host).status == 200


@pytest.mark.parametrize("path", ["/nobody", "/1234567890123", "/static/nothing"])
def test_an_unknown_page_is_not_found(alone: Console, path: str) -> None:
    assert alone.get(path).status == 404


def test_it_is_empty_at_first(alone: Console) -> None:
    page = alone.get("").text  # nobody works in the account that it shows then
    assert "<h1>Account 123456789012</h1>" in page
    assert "There are no keys in this Region yet." in page
    assert "The table demo-kms does not exist yet." in page
    assert "Nothing has been changed or used in this account yet." in page


def test_it_shows_keys_items_and_calls(alone: Console) -> None:
    clients = alone.clients()
    key = keys.create(clients.kms, alias="demo-kms-1")
    table.create(clients.dynamodb)
    appuser = Vault(clients.kms, clients.dynamodb, key.key_id).store(PASSWORD)
    clients.dynamodb.create_table(
        TableName="another",
        AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    keys.schedule_deletion(clients.kms, key.key_id, waiting_period_days=7)
    page = alone.get().text
    assert "alias/demo-kms-1" in page
    assert "PendingDeletion" in page
    assert "<strong>7 days left</strong> until deletion on " in page
    assert "can do everything with the key." in page
    assert appuser in page
    assert "binary data, " in page
    assert "Other tables: another" in page
    assert "<strong>ScheduleKeyDeletion</strong>" in page
    assert f"KeyId {key.key_id[:8]}…, PendingWindowInDays 7" in page
    assert PASSWORD not in page


def test_calls_show_the_caller_and_the_error(alone: Console) -> None:
    iam = alone.clients().iam
    iam.create_user(UserName="ben")
    pair = iam.create_access_key(UserName="ben")["AccessKey"]
    ben = alone.clients(pair["AccessKeyId"], pair["SecretAccessKey"])
    with pytest.raises(ben.kms.exceptions.NotFoundException):
        ben.kms.enable_key(KeyId="00000000-0000-0000-0000-000000000000")
    page = alone.get().text
    assert "<td>ben</td>" in page
    assert "NotFoundException" in page
    assert "UserName ben" in page
    assert pair["SecretAccessKey"] not in page


def test_look_ups_are_not_among_the_calls(alone: Console) -> None:
    clients = alone.clients()
    key = keys.create(clients.kms)
    table.create(clients.dynamodb)
    vault = Vault(clients.kms, clients.dynamodb, key.key_id)
    vault.reveal(vault.store(PASSWORD))
    keys.aliases(clients.kms, key.key_id)
    listed = alone.get().text.partition('id="calls"')[2]
    shown = re.findall(r"<strong>([A-Z]\w+)</strong>", listed)
    assert shown[0] == "Decrypt"
    assert {"CreateKey", "CreateTable", "Encrypt", "PutItem", "GetItem"} <= set(shown)
    assert [name for name in shown if name.startswith(("Describe", "List"))] == []


def test_the_steps_are_those_of_the_lab(alone: Console) -> None:
    steps = alone.get().text.partition('<ol class="steps">')[2].partition("</ol>")[0]
    titles = [step.title for step in story.read().steps]
    assert [title for title in titles if title not in unescape(steps)] == []


@pytest.mark.parametrize(("hours", "days"), [(1, 1), (24, 1), (25, 2), (168, 7)])
def test_a_day_that_has_begun_is_a_day_left(hours: int, days: int) -> None:
    now = datetime(2030, 1, 1, tzinfo=timezone.utc)
    assert page._days_until(now + timedelta(hours=hours), now) == days


def test_it_shows_the_region_of_the_last_call(alone: Console) -> None:
    keys.create(alone.clients(region="eu-west-1").kms, alias="demo-kms-ireland")
    page = alone.get().text
    assert "Region eu-west-1" in page
    assert "alias/demo-kms-ireland" in page


def test_other_accounts_are_in_the_menu(alone: Console) -> None:
    alone.clients("111122223333", "x").kms.list_keys()
    assert 'href="/console/111122223333"' in alone.get().text


def test_a_missing_permission_is_shown(clients: Clients) -> None:
    key = keys.create(clients.kms)
    statement = (
        '{"Effect": "Allow", "Principal": "*", "Action": "kms:DescribeKey", "Resource": "*"}'
    )
    clients.kms.put_key_policy(
        KeyId=key.key_id,
        Policy=f'{{"Statement": [{statement}]}}',
        BypassPolicyLockoutSafetyCheck=True,
    )
    view = read_account(clients)
    assert [shown.key.key_id for shown in view.keys] == [key.key_id]
    assert view.keys[0].policy == []
    assert "GetKeyPolicy" in view.errors[0]


# ----------------------------------------------------------------------- with a class


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
    """The console of a class of which the first has come to step 4, and the second is done."""
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


# ------------------------------------------------------------------- what a browser keeps


def test_a_page_is_sent_again_after_a_call_or_when_the_clock_moved(alone: Console) -> None:
    first = alone.get().tag
    assert alone.get(If_None_Match=first).status == 304
    assert alone.get(If_None_Match='"another"').status == 200
    keys.create(alone.clients().kms)
    assert (second := alone.get(If_None_Match=first)).status == 200
    mock_kms.advance(days=1)
    assert alone.get(If_None_Match=second.tag).status == 200


def test_the_style_is_that_of_the_guide(alone: Console) -> None:
    style = ROOT / "kmsdemo" / "lesson" / "guide" / "templates" / "style.css"
    with urlopen(f"{alone.url}/style.css", timeout=TIME_LIMIT_SECONDS) as answer:
        assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
        assert answer.read().decode() == style.read_text(encoding="utf-8")


def test_why_there_is_no_progress_is_shown(alone: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = CheckResult(0, None, "AWS throttled ListAliases, even after retries.")
    monkeypatch.setattr(NoCheckResults, "of", lambda *_: failed)
    assert "AWS throttled ListAliases, even after retries." in alone.get().text


def test_other_tables_are_named_and_the_labs_is_shown(alone: Console) -> None:
    dynamodb = alone.clients().dynamodb
    table.create(dynamodb, "another-table")
    table.create(dynamodb)
    page = alone.get().text
    assert "Other tables: another-table<" in page
    assert "<strong>demo-kms</strong>" in page


# -------------------------------------------------------------------- with the check


@pytest.mark.program
def test_the_console_does_not_log_its_own_calls(checked: Console) -> None:
    checked.get()
    checked.wait_for("Not yet:")
    assert "Nothing has been changed or used in this account yet." in checked.get().text


@pytest.mark.no_cover
@pytest.mark.program
def test_an_unchanged_page_is_not_sent_again(checked: Console) -> None:
    checked.wait_for("Not yet:")
    tag = checked.get().tag
    assert checked.get(If_None_Match=tag).status == 304
    keys.create(checked.clients().kms)
    assert checked.get(If_None_Match=tag).status == 200
    checked.wait_for("Done:")
    tag = checked.get().tag
    mock_kms.advance(days=1)
    assert checked.get(If_None_Match=tag).status == 200


@pytest.mark.program
def test_the_progress_is_updated_after_a_call(checked: Console) -> None:
    assert "Checking …" in checked.get().text
    checked.wait_for("No key has an alias.")
    keys.create(checked.clients().kms)
    assert "Checking again …" in checked.get().text
    page = checked.wait_for("<strong>Done:</strong> A key has an alias of the lab")
    assert "Checking again …" not in page


@pytest.mark.program
def test_a_class_has_an_overview_and_a_page_for_each_learner(checked_class: Console) -> None:
    keys.create(checked_class.clients(ANNA.access_key_id, ANNA.secret).kms)
    page = checked_class.wait_for("<strong>1 of 8</strong> Create the table", "")
    assert "Anna &lt;b&gt;" in page
    page = checked_class.get(f"/{ANNA.learner.account_id}").text
    assert "<h1>Anna &lt;b&gt;</h1>" in page
    assert "alias/demo-kms-" in page
    assert 'href="/console"' in page
