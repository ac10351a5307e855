"""The guide and the hand-outs in a headless Chromium: by hand, by keyboard, and on paper."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from kmsdemo.backends import Backend
from kmsdemo.console.access import Access
from kmsdemo.lesson.guide import page as pages
from kmsdemo.lesson.guide.verdict import Run, Verdict
from kmsdemo.sandbox.http.server import Server
from tests.browser.accessibility import PHONE, VIEWING_MODES, violations
from tests.subprocesses import ROOT, TIME_LIMIT_SECONDS, environment, run_python

GUIDE = ROOT / "docs" / "lab.html"
SHEET = 2
"""The pages of one sheet of paper."""


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The committed guide, a hand-out, the index of the hand-outs, and a report."""
    folder = tmp_path_factory.mktemp("class")
    (folder / "names.txt").write_text("Anna\n")
    (folder / "names-credentials.csv").write_text(
        "name,AWS_ENDPOINT_URL,AWS_ACCESS_KEY_ID,AWS_SECRET_ACCESS_KEY,AWS_DEFAULT_REGION,"
        f"AWS_REGION\nAnna,http://192.168.100.100:4566,{'A' * 20},{'s' * 40},us-east-1,us-east-1\n"
    )
    options = ("--class", folder / "names.txt", "-o", folder / "out")
    finished = run_python("-m", "kmsdemo", "guide", *options)
    assert finished.returncode == 0, finished.stderr
    report = folder / "report.html"
    verdicts = [
        Verdict("A", "One", 1, ["When I act"], "failed", "✘ When I act"),
        Verdict("A", "Two", 2, ["When I act"], "differs", "#1: lenient"),
        Verdict("A", "Three", 3, ["When I act"]),
    ]
    run = Run("moto", "2030-01-01", {"boto3": "1"}, verdicts)
    report.write_text(pages.html(pages.Page(runs=[run, run])), encoding="utf-8")
    return {
        "guide": GUIDE,
        "hand-out": folder / "out" / "001-anna.html",
        "index": folder / "out" / "index.html",
        "report": report,
    }


@contextmanager
def opened(browser: Browser, path: Path, **context: Any) -> Iterator[Page]:
    """Open a page; at the end, its console is empty and it asked for nothing but itself."""
    wrong: list[str] = []
    asked: list[str] = []
    shown = browser.new_context(**context)
    page = shown.new_page()
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    yield page
    shown.close()
    assert wrong == []
    assert [url for url in asked if not url.startswith(("data:", path.as_uri()))] == []


@pytest.fixture
def guide(browser: Browser) -> Iterator[Page]:
    permissions = ["clipboard-read", "clipboard-write"]
    with opened(browser, GUIDE, permissions=permissions) as page:
        yield page


@pytest.mark.parametrize("name", ["guide", "hand-out", "index", "report"])
@pytest.mark.parametrize("how", VIEWING_MODES)
def test_axe_finds_no_violation(
    browser: Browser, files: dict[str, Path], name: str, how: str
) -> None:
    with opened(browser, files[name], **VIEWING_MODES[how].context) as page:
        assert violations(page, VIEWING_MODES[how]) == ""


@pytest.mark.parametrize("name", ["guide", "hand-out", "index", "report"])
def test_it_fits_on_a_phone(browser: Browser, files: dict[str, Path], name: str) -> None:
    with opened(browser, files[name], viewport=PHONE) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_every_link_resolves(guide: Page) -> None:
    missing = guide.evaluate(
        """() => [...document.querySelectorAll("a")].map((link) => link.getAttribute("href"))
        .filter((to) => !to.startsWith("#") || !document.getElementById(to.slice(1)))"""
    )
    assert missing == []


def test_no_two_places_have_the_same_name(guide: Page) -> None:
    names = guide.evaluate("[...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(names) == len(set(names))


def test_each_copy_button_copies_its_command(guide: Page) -> None:
    blocks = guide.locator("#encrypt-a-password .code:visible")
    assert blocks.count() > 2
    for block in blocks.all():
        command = copied(guide, block)
        assert command == block.locator("code").text_content()
        assert "Copy" not in command


@dataclass(frozen=True)
class Shell:
    """A shell that runs what the copy buttons copy.

    Attributes:
        label: What the page calls its own commands; empty where it has no others.
        program: The shell, which is given the file of a script.
        ending: How the name of that file ends.
        first: Typed before everything else.
        last: Typed after each command; prints its exit code.
    """

    label: str
    program: str
    ending: str
    first: str
    last: str


SHELLS = {
    "bash": Shell("", "bash", ".sh", "set -o pipefail", r'printf "\nexit code %s\n" "$?"'),
    "pwsh": Shell(
        "PowerShell",
        "pwsh",
        ".ps1",
        "$LASTEXITCODE = 0",
        '"`nexit code $LASTEXITCODE"; $LASTEXITCODE = 0',
    ),
}


def copied(page: Page, block: Locator) -> str:
    block.get_by_role("button").click()
    expect(block.get_by_role("button")).to_have_text("Copied")
    return str(page.evaluate("navigator.clipboard.readText()"))


def all_copied(page: Page, label: str) -> list[tuple[str, str]]:
    """Press the copy button of each command of the steps; return it with its sentence."""
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    found = []
    for sentence in page.locator(".step .sentence:has(> .code)").all():
        says = sentence.locator(".says").inner_text()
        for block in sentence.locator("> .code").all():
            same = block.locator("xpath=following-sibling::*[1][@class='also']/details").filter(
                has=page.get_by_text(label, exact=True)
            )
            has_own = bool(label) and same.count() > 0
            found.append((says, copied(page, same.locator(".code") if has_own else block)))
    return found


@pytest.mark.parametrize("name", SHELLS)
def test_what_the_copy_buttons_copy_runs(
    guide: Page, backend: Backend, name: str, tmp_path: Path
) -> None:
    shell = SHELLS[name]
    if shutil.which(shell.program) is None:
        pytest.skip(f"there is no {name} on this machine")
    commands = all_copied(guide, shell.label)
    assert len(commands) > 20
    script = tmp_path / f"script{shell.ending}"
    typed = [f"{command}\n{shell.last}\n" for _, command in commands]
    script.write_text("\n".join([shell.first, *typed]), encoding="utf-8")
    for path in (ROOT / "examples").glob("*.py"):
        shutil.copy(path, tmp_path)
    server = Server()
    with backend.account(), server.in_background() as url:
        variables = Access(url).environment("123456789012", "us-east-1")
        programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        finished = subprocess.run(
            [shell.program, script],
            cwd=tmp_path,
            env=environment(**variables, PATH=programs),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT_SECONDS,
            check=False,
        )
    codes = re.findall(r"^exit code (\d+)$", finished.stdout, re.MULTILINE)
    ended = zip(commands, codes, strict=True)
    unlike = [one for one, code in ended if (code == "0") == (" fails " in one[0])]
    assert unlike == [], finished.stderr


def test_a_tick_is_kept(browser: Browser) -> None:
    with opened(browser, GUIDE) as page:
        page.locator("#create-the-key").get_by_label("Done").check()
        page.reload()
        expect(page.locator("#create-the-key").get_by_label("Done")).to_be_checked()
        expect(page.locator("#create-the-table").get_by_label("Done")).not_to_be_checked()
        expect(page.locator("#contents a[href='#create-the-key']")).to_have_class("done")


def test_the_boxes_work_where_the_browser_keeps_nothing(browser: Browser) -> None:
    refuse = """Object.defineProperty(window, "localStorage",
        { get() { throw new DOMException("refused", "SecurityError"); } });"""
    context = browser.new_context()
    context.add_init_script(refuse)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(GUIDE.as_uri())
    box = page.locator("#create-the-key").get_by_label("Done")
    box.check()
    expect(box).to_be_checked()
    expect(page.locator(".code button").first).to_be_visible()
    context.close()
    assert errors == []


def test_the_search_leaves_what_has_all_words(guide: Page) -> None:
    guide.get_by_label("Search").fill("schedule-key-deletion pending")
    expect(guide.get_by_role("status").first).to_have_text(re.compile(r"Found in \d+ of \d+ parts"))
    expect(guide.locator("#schedule-the-keys-deletion")).to_be_visible()
    expect(guide.locator("#create-the-table")).to_be_hidden()
    guide.get_by_label("Search").fill("")
    expect(guide.locator("#create-the-table")).to_be_visible()


def test_a_link_of_the_contents_shows_everything_again(guide: Page) -> None:
    guide.get_by_label("Search").fill("no such word anywhere")
    expect(guide.locator("#create-the-key")).to_be_hidden()
    guide.locator("#contents a[href='#create-the-key']").click()
    expect(guide.locator("#create-the-key")).to_be_visible()


def test_a_deep_link_leads_to_its_step(browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{GUIDE.as_uri()}#decrypt-the-password")
    expect(page.locator("#decrypt-the-password")).to_be_in_viewport()
    context.close()


def test_it_reads_without_javascript(browser: Browser) -> None:
    with opened(browser, GUIDE, java_script_enabled=False) as page:
        expect(page.locator(".code button")).to_have_count(0)
        expect(page.locator("#search")).to_be_hidden()
        expect(
            page.get_by_role("heading", name="Create the key", exact=False).first
        ).to_be_visible()


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_a_hand_out_is_one_sheet_of_paper(
    browser: Browser, files: dict[str, Path], paper: str
) -> None:
    with opened(browser, files["hand-out"]) as page:
        printed = page.pdf(format=paper)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) <= SHEET
