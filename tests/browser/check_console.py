"""The console in a headless Chromium: by keyboard only, and with nothing wrong in its log."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from kmsdemo import console
from kmsdemo.backends import Backend
from kmsdemo.ciphertext import encodings_that_show
from kmsdemo.console.access import Access
from kmsdemo.learners import hand_out
from kmsdemo.learners.hand_out import Classroom
from kmsdemo.sandbox.access import access_keys
from kmsdemo.sandbox.http.server import Server
from tests.browser.accessibility import PHONE, PROJECTOR, VIEWING_MODES, violations
from tests.subprocesses import TIME_LIMIT_SECONDS, environment

PASSWORD = "correct horse battery staple"

expect.set_options(timeout=TIME_LIMIT_SECONDS * 1000)


@dataclass
class LearnerWithBrowser:
    """A learner with a shell, and a browser that shows the console."""

    page: Page
    variables: Mapping[str, str]

    def run(self, *command: str | Path) -> str:
        """Run a command in the learner's account."""
        finished = subprocess.run(
            command,
            env=environment(**self.variables),
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT_SECONDS,
            check=True,
        )
        return finished.stdout

    def aws(self, *words: str) -> str:
        return self.run(Path(sys.executable).with_name("aws"), *words, "--output", "text")

    def kmsdemo(self, *words: str) -> str:
        return self.run(sys.executable, "-m", "kmsdemo", *words)

    def do_the_lab(self) -> None:
        """Do the lab until the key is pending deletion, and wait until the page shows it."""
        self.kmsdemo("setup")
        appuser = re.findall(r"\d{5}", self.kmsdemo("encrypt", PASSWORD))[0]
        self.kmsdemo("decrypt", appuser)
        scheduled = ("kms", "schedule-key-deletion", "--pending-window-in-days", "7")
        self.aws(*scheduled, "--key-id", self.key_id)
        with pytest.raises(subprocess.CalledProcessError):
            self.kmsdemo("decrypt", appuser)
        expect(self.page.locator("#calls tr.failed")).to_be_visible()
        expect(self.page.locator("#check")).to_contain_text("Next: Delete the table")
        expect(self.page.locator(".checking")).to_have_count(0)

    def open_all_details(self) -> None:
        self.page.evaluate(
            "for (const one of document.querySelectorAll('details')) one.open = true"
        )

    @property
    def key_id(self) -> str:
        return self.aws("kms", "list-keys", "--query", "Keys[0].KeyId").strip()

    def press_until_focused(self, selector: str) -> None:
        """Go on with the Tab key, as one does without a mouse."""
        for _ in range(40):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("one => document.activeElement.matches(one)", selector):
                return
        pytest.fail(f"the Tab key does not lead to {selector}")


@contextmanager
def learner_with_browser(
    browser: Browser, classroom: Classroom | None = None, **context: Any
) -> Iterator[LearnerWithBrowser]:
    """Open the console of a sandbox; at the end, nothing was wrong, and nothing came from afar."""
    shown = browser.new_context(**{"viewport": PROJECTOR, **context})
    page = shown.new_page()
    wrong: list[str] = []
    asked: set[str] = set()
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    server = Server()
    account = classroom.learners[0].learner.account_id if classroom else "123456789012"
    with (
        access_keys.restricted_to(classroom.keys) if classroom else nullcontext(),
        console.served_by(server, classroom) as console_url,
        server.in_background() as url,
    ):
        page.goto(console_url)
        yield LearnerWithBrowser(page, Access(url, classroom).environment(account, "us-east-1"))
        shown.close()
    assert wrong == []
    assert asked == {urlsplit(url).netloc}


@pytest.fixture
def alone(browser: Browser, backend: Backend) -> Iterator[LearnerWithBrowser]:
    with backend.account(), learner_with_browser(browser) as alone:
        yield alone


def test_the_page_shows_a_new_key_state(alone: LearnerWithBrowser) -> None:
    keys = alone.page.locator("#keys")
    expect(keys).to_contain_text("There are no keys in this Region yet.")
    alone.page.evaluate(
        """() => {
            const news = document.getElementById("news");
            window.told = [];
            const listen = new MutationObserver(() => told.push(news.textContent));
            listen.observe(news, {childList: true});
        }"""
    )
    alone.kmsdemo("setup")
    expect(keys).to_contain_text("alias/demo-kms-")
    expect(keys).to_contain_text("Enabled")
    alone.aws("kms", "disable-key", "--key-id", alone.key_id)
    expect(keys).to_contain_text("Disabled")
    scheduled = ("kms", "schedule-key-deletion", "--pending-window-in-days", "7")
    alone.aws(*scheduled, "--key-id", alone.key_id)
    expect(keys).to_contain_text(re.compile(r"PendingDeletion\s+7 days left until deletion on"))
    told = alone.page.evaluate("told")
    assert [news for news in told if re.match("Changed: .*Key", news)], told


def test_the_page_shows_the_progress(alone: LearnerWithBrowser) -> None:
    check = alone.page.locator("#check")
    current = check.locator("[aria-current=step]")
    expect(current).to_contain_text("Create the key")
    expect(check).to_contain_text("Not yet: A key has an alias of the lab")
    alone.kmsdemo("setup")
    expect(check).to_contain_text("Done: A key has an alias of the lab")
    expect(current).to_contain_text("Encrypt a password")
    expect(check).to_contain_text("Next: Run the encrypt script with a password")


def test_the_whole_lab_fits_on_one_screen(alone: LearnerWithBrowser) -> None:
    alone.do_the_lab()
    for panel in alone.page.locator(".panel").all():
        assert panel.evaluate("one => one.scrollHeight <= one.clientHeight"), panel.inner_text()
    size = alone.page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    )
    assert size == [PROJECTOR["width"], PROJECTOR["height"]]


def test_a_refused_call_stands_out(alone: LearnerWithBrowser) -> None:
    alone.do_the_lab()
    refused = alone.page.locator("#calls tr.failed")
    expect(refused).to_have_count(1)
    expect(refused).to_contain_text("KMSInvalidStateException")
    expect(refused).to_contain_text("Decrypt")


@pytest.mark.parametrize("how", VIEWING_MODES)
def test_axe_finds_no_violation(browser: Browser, backend: Backend, how: str) -> None:
    seen = VIEWING_MODES[how]
    with backend.account(), learner_with_browser(browser, **seen.context) as learner:
        learner.do_the_lab()
        learner.open_all_details()
        assert violations(learner.page, seen) == ""


@pytest.mark.parametrize("how", VIEWING_MODES)
def test_axe_finds_no_violation_in_a_class(
    browser: Browser, backend: Backend, how: str, tmp_path: Path
) -> None:
    seen = VIEWING_MODES[how]
    names = tmp_path / "names.txt"
    names.write_text("Anna\nBen & Zoë\n王小明\n", encoding="utf-8")
    with (
        backend.account(),
        learner_with_browser(browser, hand_out.prepare(names), **seen.context) as of_anna,
    ):
        expect(of_anna.page.get_by_text("0 of 8")).to_have_count(3)
        assert violations(of_anna.page, seen) == ""
        of_anna.page.locator("#to-200000000001").click()
        of_anna.open_all_details()
        assert violations(of_anna.page, seen) == ""


def test_the_keyboard_is_enough_and_keeps_its_focus(alone: LearnerWithBrowser) -> None:
    alone.kmsdemo("setup")
    alone.kmsdemo("encrypt", PASSWORD)
    rows = alone.page.locator("#table tbody tr")
    expect(rows).to_have_count(1)
    alone.page.keyboard.press("Tab")
    expect(alone.page.get_by_role("link", name="Skip the menu")).to_be_focused()
    alone.page.keyboard.press("Enter")
    expect(alone.page.locator("main")).to_be_focused()
    alone.press_until_focused("#table summary")
    alone.page.keyboard.press("Enter")
    expect(alone.page.locator("details[open] > code")).to_be_visible()
    alone.kmsdemo("encrypt", "another battery staple")
    expect(rows).to_have_count(2)
    expect(alone.page.locator("summary:focus")).to_have_count(1)
    expect(alone.page.locator("details[open]")).to_have_count(1)


def test_the_menu_leads_to_another_account_and_stays_open_meanwhile(
    alone: LearnerWithBrowser,
) -> None:
    other = {"AWS_ACCESS_KEY_ID": "111122223333"}
    replace(alone, variables={**alone.variables, **other}).kmsdemo("setup")
    expect(alone.page.locator("#accounts")).to_be_visible()
    alone.press_until_focused("#accounts-summary")
    alone.page.keyboard.press("Enter")
    alone.kmsdemo("setup")
    expect(alone.page.locator("#keys")).to_contain_text("alias/demo-kms-")
    expect(alone.page.locator("#accounts-summary")).to_be_focused()
    alone.page.keyboard.press("Tab")
    alone.page.keyboard.press("Enter")
    expect(alone.page.get_by_role("heading", level=1)).to_have_text("Account 111122223333")


def test_a_decrypted_password_is_never_shown(alone: LearnerWithBrowser) -> None:
    alone.kmsdemo("setup")
    appuser = re.findall(r"\d{5}", alone.kmsdemo("encrypt", PASSWORD))[0]
    assert PASSWORD in alone.kmsdemo("decrypt", appuser)
    expect(alone.page.locator("#calls")).to_contain_text("Decrypt")
    expect(alone.page.locator("#check")).to_contain_text("Done: A ciphertext is encrypted under")
    assert encodings_that_show(PASSWORD, alone.page.content().encode()) == []


def test_what_learners_write_is_not_html(alone: LearnerWithBrowser) -> None:
    alone.kmsdemo("setup")
    item = '{"appuser": {"S": "<img src=x onerror=alert(1)>"}, "userpasswd": {"S": "</code><h1>"}}'
    alone.aws("dynamodb", "put-item", "--table-name", "demo-kms", "--item", item)
    expect(alone.page.locator("#table")).to_contain_text("<img src=x onerror=alert(1)>")
    expect(alone.page.locator("h1")).to_have_count(1)


def test_it_fits_on_a_phone(browser: Browser, backend: Backend) -> None:
    with backend.account(), learner_with_browser(browser, viewport=PHONE) as phone:
        phone.do_the_lab()
        width = phone.page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"]
        cut = phone.page.evaluate(
            """() => [...document.querySelectorAll("main *")]
            .filter((one) => one.getBoundingClientRect().right > innerWidth)
            .map((one) => one.textContent)"""
        )
        assert cut == []


def test_a_class_has_an_overview_and_a_page_for_each_learner(
    browser: Browser, backend: Backend, tmp_path: Path
) -> None:
    names = tmp_path / "names.txt"
    names.write_text("Anna\nBen & Zoë\n", encoding="utf-8")
    with backend.account(), learner_with_browser(browser, hand_out.prepare(names)) as of_anna:
        card = of_anna.page.locator(".learners").get_by_role("listitem").filter(has_text="Anna")
        expect(card).to_contain_text("0 of 8 Create the key")
        of_anna.kmsdemo("setup")
        expect(card).to_contain_text("2 of 8 Encrypt a password")
        of_anna.press_until_focused("#to-200000000001")
        of_anna.page.keyboard.press("Enter")
        expect(of_anna.page.get_by_role("heading", level=1)).to_have_text("Anna")
        expect(of_anna.page.locator("#keys")).to_contain_text("alias/demo-kms-")
        of_anna.press_until_focused("#to-class")
        of_anna.page.keyboard.press("Enter")
        expect(of_anna.page.get_by_role("heading", level=1)).to_have_text("The class")
        of_anna.press_until_focused("#to-200000000002")
        of_anna.page.keyboard.press("Enter")
        expect(of_anna.page.get_by_role("heading", level=1)).to_have_text("Ben & Zoë")
        expect(of_anna.page.locator("#keys")).to_contain_text(
            "There are no keys in this Region yet."
        )


def test_a_stopped_sandbox_is_reported(browser: Browser, backend: Backend) -> None:
    with backend.account():
        page = browser.new_page()
        server = Server()
        with console.served_by(server) as console_url, server.in_background():
            page.goto(console_url)
            expect(page.get_by_role("alert")).to_be_hidden()
        expect(page.get_by_role("alert")).to_be_visible()
        page.close()
