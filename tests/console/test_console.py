"""The console: which requests it answers, and what is on its pages."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest

from kmsdemo import console, keys, table
from kmsdemo.account.clients import Clients, connect
from kmsdemo.console.account import look
from kmsdemo.learners import class_list
from kmsdemo.learners.class_list import Learner
from kmsdemo.learners.hand_out import Classroom, HandOut
from kmsdemo.sandbox import mock_kms
from kmsdemo.sandbox.access import access_keys
from kmsdemo.sandbox.http.server import Server
from kmsdemo.vault import Vault

PASSWORD = "correct horse battery staple"


def given(learner: Learner) -> HandOut:
    key = access_keys.new(learner.account_id)
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
    url: str
    sandbox_url: str
    token: str = ""

    def get(self, path: str = "/123456789012", token: str | None = None, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named["Cookie"] = f"kmsdemo-console={self.token if token is None else token}"
        try:
            with urlopen(Request(f"{self.url}{path}", headers=named), timeout=10) as answer:
                return Answer(answer.status, answer.headers["ETag"] or "", answer.read().decode())
        except HTTPError as error:
            with error:
                return Answer(error.code, "", error.read().decode())

    def wait_for(self, text: str, path: str = "/123456789012") -> str:
        """Ask until a text is there, which takes as long as the check does."""
        for _ in range(200):
            if text in (page := self.get(path).text):
                return page
            time.sleep(0.05)
        pytest.fail(f"{text} is not on the page: {page}")

    def clients(self, *key: str, region: str = "us-east-1") -> Clients:
        access_key_id, secret = key or ("123456789012", "x")
        return connect(
            access_key_id=access_key_id,
            secret_access_key=secret,
            region=region,
            endpoint_url=self.sandbox_url,
        )


@pytest.fixture
def alone(clients: Clients) -> Iterator[Console]:
    server = Server()
    with console.served_by(server) as url, server.in_background():
        yield Console(url, server.url)


@pytest.fixture
def of_class(clients: Clients) -> Iterator[Console]:
    server = Server()
    with (
        access_keys.only(CLASSROOM.keys),
        console.served_by(server, CLASSROOM) as url,
        server.in_background(),
    ):
        path, _, token = url.partition("?token=")
        yield Console(path, server.url, token)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:4566", "127.0.0.1.evil.example"])
@pytest.mark.parametrize("path", ["", "/123456789012", "/static/console.js"])
def test_a_request_for_another_host_is_refused(alone: Console, path: str, host: str) -> None:
    answer = alone.get(path, Host=host)
    assert answer.status == 403
    assert "only under a name or an address of its own machine" in answer.text


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1234", "[::1]:80", "LOCALHOST."])
def test_a_request_for_this_machine_is_answered(alone: Console, host: str) -> None:
    assert alone.get(Host=host).status == 200


@pytest.mark.parametrize("path", ["/nobody", "/1234567890123", "/static/nothing"])
def test_what_is_not_there_is_not_found(alone: Console, path: str) -> None:
    assert alone.get(path).status == 404


def test_it_is_empty_at_first(alone: Console) -> None:
    page = alone.get("").text
    assert "<h1>Account 123456789012</h1>" in page
    assert "There is no key in this Region yet." in page
    assert "There is no table demo-kms yet." in page
    assert "Nobody has called AWS from this account yet." in page


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
    assert "gone for good on" in page
    assert "may do everything with the key." in page
    assert appuser in page
    assert "binary data, " in page
    assert "Other tables: another" in page
    assert "kms ScheduleKeyDeletion" in page
    assert f"KeyId {key.key_id}, PendingWindowInDays 7" in page
    assert PASSWORD not in page


def test_calls_say_who_and_whether_they_were_refused(alone: Console) -> None:
    iam = alone.clients().iam
    iam.create_user(UserName="ben")
    pair = iam.create_access_key(UserName="ben")["AccessKey"]
    ben = alone.clients(pair["AccessKeyId"], pair["SecretAccessKey"])
    with pytest.raises(ben.kms.exceptions.NotFoundException):
        ben.kms.describe_key(KeyId="alias/nobody")
    page = alone.get().text
    assert "<td>ben</td>" in page
    assert "NotFoundException" in page
    assert "UserName ben" in page
    assert pair["SecretAccessKey"] not in page


def test_it_shows_the_region_of_the_last_call(alone: Console) -> None:
    keys.create(alone.clients(region="eu-west-1").kms, alias="demo-kms-ireland")
    page = alone.get().text
    assert "Region eu-west-1" in page
    assert "alias/demo-kms-ireland" in page


def test_looking_at_it_is_no_call(alone: Console) -> None:
    alone.get()
    alone.wait_for("Not yet:")
    assert "Nobody has called AWS from this account yet." in alone.get().text


def test_who_has_the_page_gets_it_only_when_something_has_happened(alone: Console) -> None:
    alone.wait_for("Not yet:")
    tag = alone.get().tag
    assert alone.get(If_None_Match=tag).status == 304
    keys.create(alone.clients().kms)
    assert alone.get(If_None_Match=tag).status == 200
    alone.wait_for("Done:")
    tag = alone.get().tag
    mock_kms.advance(days=1)
    assert alone.get(If_None_Match=tag).status == 200


def test_the_verdict_is_there_soon_and_follows(alone: Console) -> None:
    assert "Looking …" in alone.get().text
    alone.wait_for("No key has an alias.")
    keys.create(alone.clients().kms)
    assert "Something has happened since" in alone.get().text
    page = alone.wait_for("<strong>Done:</strong> A key has the lab&#39;s alias")
    assert "Something has happened since" not in page


def test_other_accounts_are_in_the_menu(alone: Console) -> None:
    alone.clients("111122223333", "x").kms.list_keys()
    assert 'href="/console/111122223333"' in alone.get().text


def test_a_class_is_shown_by_name_and_each_learner_alone(of_class: Console) -> None:
    keys.create(of_class.clients(ANNA.access_key_id, ANNA.secret).kms)
    page = of_class.wait_for("1. Create the key", "")
    assert "Anna &lt;b&gt;" in page
    assert 'class="done"' in page
    page = of_class.get(f"/{ANNA.learner.account_id}").text
    assert "<h1>Anna &lt;b&gt;</h1>" in page
    assert "alias/demo-kms-" in page
    assert 'href="/console"' in page


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("", id="none"),
        pytest.param("\u00e9", id="no ASCII"),
        pytest.param(CLASSROOM.instructor.secret, id="the instructor's secret"),
        pytest.param(ANNA.secret, id="a learner's secret"),
    ],
)
@pytest.mark.parametrize("path", ["", "/200000000001", "/123456789012", "/nobody"])
def test_without_a_token_a_class_is_shown_to_nobody(
    of_class: Console, path: str, token: str
) -> None:
    answer = of_class.get(path, token=quote(token))
    assert answer.status == 403
    assert "Anna" not in answer.text


def test_the_token_in_the_url_opens_the_console_and_goes_into_a_cookie(of_class: Console) -> None:
    connection = HTTPConnection(of_class.sandbox_url.removeprefix("http://"), timeout=10)
    connection.request("GET", f"/console?token={of_class.token}")
    with connection.getresponse() as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/console")
        cookie = answer.headers["Set-Cookie"]
    connection.close()
    assert cookie.startswith(f"kmsdemo-console={of_class.token};")
    assert {"HttpOnly", "SameSite=Lax", "Path=/console"} <= set(cookie.split("; "))


def test_a_token_that_is_nobodys_goes_into_no_cookie(of_class: Console) -> None:
    connection = HTTPConnection(of_class.sandbox_url.removeprefix("http://"), timeout=10)
    connection.request("GET", "/console?token=x")
    with connection.getresponse() as answer:
        assert "Set-Cookie" not in answer.headers
    connection.close()


def test_a_learner_sees_ones_own_page_only(of_class: Console) -> None:
    keys.create(of_class.clients(BEN.access_key_id, BEN.secret).kms)
    page = of_class.get("", token=ANNA.console_token).text
    assert "<h1>Anna &lt;b&gt;</h1>" in page
    assert "Ben" not in page
    assert BEN.learner.account_id not in page


@pytest.mark.parametrize("anothers", ["200000000002", "200000000000", "123456789012"])
def test_a_learner_does_not_see_the_page_of_another(of_class: Console, anothers: str) -> None:
    assert of_class.get(f"/{anothers}", token=ANNA.console_token).status in (403, 404)


def test_what_may_not_be_looked_at_is_said(clients: Clients) -> None:
    key = keys.create(clients.kms)
    statement = (
        '{"Effect": "Allow", "Principal": "*", "Action": "kms:DescribeKey", "Resource": "*"}'
    )
    clients.kms.put_key_policy(
        KeyId=key.key_id,
        Policy=f'{{"Statement": [{statement}]}}',
        BypassPolicyLockoutSafetyCheck=True,
    )
    shown = look(clients)
    assert [one.key.key_id for one in shown.keys] == [key.key_id]
    assert shown.keys[0].policy == []
    assert ["ListAliases" in shown.trouble[0], "GetKeyPolicy" in shown.trouble[1]] == [True, True]
