"""The console: which requests it accepts, and what its pages show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from html import unescape
from urllib.request import urlopen

import pytest

from kmsdemo import console, keys, table
from kmsdemo.account.clients import Clients
from kmsdemo.console import page
from kmsdemo.console.account_view import read_account
from kmsdemo.console.check_results import CheckResult
from kmsdemo.sandbox import mock_kms
from kmsdemo.sandbox.access import access_keys
from kmsdemo.sandbox.http.server import Server
from kmsdemo.suite import story
from kmsdemo.vault import Vault
from tests.console.served_console import (
    ANNA,
    CLASSROOM,
    TIME_LIMIT_SECONDS,
    Console,
    NoCheckResults,
    opened,
)
from tests.subprocesses import ROOT

PASSWORD = "correct horse battery staple"


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


def test_control_characters_are_shown_escaped(alone: Console) -> None:
    clients = alone.clients()
    evil = "\x1b[2J\N{RIGHT-TO-LEFT OVERRIDE}<b>"
    key = keys.create(clients.kms, description=evil)
    table.create(clients.dynamodb)
    Vault(clients.kms, clients.dynamodb, key.key_id).store_for(evil, PASSWORD)
    page = alone.get().text
    assert r"\x1b[2J\u202e&lt;b&gt;" in page
    assert "\x1b" not in page
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in page


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
