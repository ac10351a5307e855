"""``kmsdemo lab``: the story as a lesson, typed by hand, paced and changed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from html import unescape
from pathlib import Path
from urllib.request import urlopen

import pytest

from kmsdemo import console, keys, table, vault
from kmsdemo.account.clients import Clients
from kmsdemo.cipher import Plain
from kmsdemo.lesson import lesson
from kmsdemo.sandbox.http.server import Server
from kmsdemo.suite import location, story
from tests import fake_account
from tests.subprocesses import (
    PYTEST,
    ROOT,
    TIME_LIMIT_SECONDS,
    environment,
    run_in_terminal,
    run_python,
)

COMMAND = re.compile(r"^ {6}\$ ((?:.*\\\n)*.*)$", re.MULTILINE)
IN_SUITE = """
import sys
from pathlib import Path
from kmsdemo.suite import location
location.root = lambda: Path(sys.argv[1])
from kmsdemo.cli import main
main(sys.argv[2:])
"""
PROMPT = "space: next, b: back, ?: keys, q: quit"


@pytest.fixture(scope="module")
def story_output(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """What the story prints in a pipe, and its transcript."""
    folder = tmp_path_factory.mktemp("anywhere")
    command = ("-m", "kmsdemo", "lab", "--transcript=lab.md")
    finished = run_python(*command, folder=folder, is_measured=True)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert [path.name for path in folder.iterdir()] == ["lab.md"]
    return finished.stdout, (folder / "lab.md").read_text(encoding="utf-8")


def commands(printed: str) -> list[str]:
    """Return the commands of the lesson, as they are printed."""
    return COMMAND.findall(printed)


# ----------------------------------------------------------------------------- as it is told


def test_it_tells_the_steps_of_the_feature_in_order(story_output: tuple[str, str]) -> None:
    expected = [f"Step {step.number} of 8: {step.title}" for step in story.read().steps]
    for text, heading in zip(story_output, ("^", "^## "), strict=True):
        assert re.findall(rf"{heading}(Step \d of 8: .*)$", text, re.MULTILINE) == expected


def test_it_fits_on_a_terminal_of_80_columns_that_remembers_250_lines(
    story_output: tuple[str, str],
) -> None:
    lines = story_output[0].splitlines()
    assert len(lines) < 250
    assert [line for line in lines if len(line) > 80] == []


def test_it_works_with_one_key_one_table_and_one_user_number(story_output: tuple[str, str]) -> None:
    printed, _ = story_output
    assert "Cleaned up: 1 key, 1 table; deleted with the sandbox" in printed
    assert len(set(re.findall(r"user: (\d{5})", printed))) == 1


def test_the_decrypted_password_is_shown(story_output: tuple[str, str]) -> None:
    for text in story_output:
        assert f"Is this your decrypted password? -> {lesson.DEMO_PASSWORD}\n" in text


def test_a_key_id_is_told_in_full_once(story_output: tuple[str, str]) -> None:
    key_ids = re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", story_output[0])
    assert len(key_ids) == 1


def test_a_call_that_only_reads_has_its_command_once(story_output: tuple[str, str]) -> None:
    reading = re.compile("aws .*(describe|get|list|scan)")
    counted = Counter(line for line in commands(story_output[0]) if reading.match(line))
    assert set(counted.values()) == {1}


def test_the_guide_has_the_same_commands(story_output: tuple[str, str]) -> None:
    typed = re.findall(r"^```sh\n(.*?)\n```$", story_output[1], re.DOTALL | re.MULTILINE)
    page = (ROOT / "docs" / "lab.html").read_text(encoding="utf-8")
    steps = page.partition('id="deeper"')[0]
    blocks = re.findall(r'^<div class="code"><pre><code>(.*?)</code>', steps, re.DOTALL | re.M)
    shown = [unescape(re.sub(r"</?var[^>]*>", "", block)) for block in blocks]
    assert [_unbroken(block) for block in shown] == [_unbroken(block) for block in typed]


def _unbroken(command: str) -> str:
    """Return a command without its line ends, and without the random suffix of the alias."""
    joined = re.sub(r" \\\n +", " ", command)
    return re.sub(r"(?<=demo-kms-)[0-9a-f]{8}", "SUFFIX", joined)


def test_no_base64_is_told(story_output: tuple[str, str]) -> None:
    for text in story_output:
        assert not re.search(r"[\w+/]{60,}", text)


def test_each_step_ends_with_the_account_and_its_topics(story_output: tuple[str, str]) -> None:
    for step, text in zip(
        story.read().steps,
        re.split(r"^Step \d of 8: ", story_output[0], flags=re.MULTILINE)[1:],
        strict=True,
    ):
        assert "  The account now:\n    key: " in text
        deeper = " ".join(text[text.index("  Deeper: ") :].split())
        assert f"kmsdemo lab --deeper {' | '.join(step.topics)}" in deeper


def test_the_notes_are_told_to_the_instructor_only(story_output: tuple[str, str]) -> None:
    finished = run_python("-m", "kmsdemo", "lab", "--notes", "delete")
    last = story.read().steps[-1]
    for note in last.notes:
        line = f"{note.kind}: {note.text}"
        assert line in " ".join(finished.stdout.split())
        assert line not in " ".join(story_output[0].split())


def test_it_can_begin_at_a_step_whose_needs_are_made_silently() -> None:
    finished = run_python("-m", "kmsdemo", "lab", "decrypt")
    assert (finished.returncode, finished.stderr) == (0, "")
    assert re.findall(r"^Step (\d)", finished.stdout, re.MULTILINE) == ["6", "7", "8"]
    assert "encrypt-passwd.py" not in finished.stdout
    assert "create-key" not in finished.stdout
    assert f"-> {lesson.DEMO_PASSWORD}\n" in finished.stdout


def test_on_a_terminal_only_the_sixteen_colours_are_used_that_any_background_shows() -> None:
    code, printed = run_in_terminal("-m", "kmsdemo", "lab", "look", variables={"NO_COLOR": ""})
    assert code == 0
    codes = set(";".join(re.findall(r"\x1b\[([\d;]*)m", printed)).split(";"))
    bold, italic, underline, red, green, magenta = "1", "3", "4", "31", "32", "35"
    assert codes - {"", "0", bold, italic, underline, red, green, magenta} == set()
    assert {green, magenta} <= codes


def test_no_color_is_respected() -> None:
    _, printed = run_in_terminal("-m", "kmsdemo", "lab", "look", variables={"NO_COLOR": "1"})
    assert not re.search(r"\x1b\[[\d;]*3\d", printed)


def test_where_no_clock_can_be_moved_it_says_so_and_goes_on(
    clients: Clients, aws_environment: Mapping[str, str]
) -> None:
    aws = fake_account.create(clients, clients.in_region("eu-west-1"))
    developer = {**aws_environment, **fake_account.create_developer(clients.iam), "CI": ""}
    finished = run_python(
        "-m",
        "kmsdemo",
        "lab",
        "schedule",
        *fake_account.OPTIONS,
        variables=developer,
    )
    assert finished.returncode == 0, finished.stdout
    assert "      Skipped: AWS's clock cannot be moved.\n" in finished.stdout
    assert "    ok Then the table does not exist" in finished.stdout
    assert "1 scenario passed, 1 not possible on aws." in finished.stdout
    assert aws.leftovers() == []


def test_the_first_line_does_not_wait_for_pytest() -> None:
    code = "import sys, kmsdemo.cli.lab; print(*sys.modules)"
    imported = run_python("-c", code, starts_anew=True).stdout.split()
    assert "kmsdemo.lesson" in imported
    assert [name for name in imported if name.startswith(("pytest", "moto", "gherkin"))] == []


def test_its_scenarios_pass_in_one_account_in_another_order() -> None:
    backwards = ["--story", "-q"]
    nodes = [
        f"features/test_lab.py::test_{step.name.replace('-', '_')}"
        for step in reversed(story.read().steps)
    ]
    finished = run_python(*PYTEST, *backwards, *nodes)
    assert finished.returncode == 0, finished.stdout
    assert "8 passed" in finished.stdout


# ------------------------------------------------------------------------------ typed by hand


@pytest.mark.thorough
def test_its_commands_copied_one_after_the_other_work(
    story_output: tuple[str, str], aws_environment: Mapping[str, str], tmp_path: Path
) -> None:
    printed, _ = story_output
    finished = type_all(commands(printed), aws_environment, tmp_path)
    codes = re.findall(r"^.*ended with (\d+)$", finished.stdout, re.MULTILINE)
    failed = [
        command for command, code in zip(commands(printed), codes, strict=True) if code != "0"
    ]
    decrypt = 'python3 decrypt-passwd.py "$APPUSER" "$KEY_ID"'
    assert failed == [decrypt] * 2, finished.stdout + finished.stderr
    errors = re.findall(r"\((\w+)\)", finished.stderr)
    assert errors == ["KMSInvalidStateException", "NotFoundException"], finished.stderr
    assert finished.stdout.count(f"-> {lesson.DEMO_PASSWORD}\n") == 2


@pytest.mark.thorough
def test_the_commands_of_a_later_step_work_in_an_account_that_was_brought_there(
    clients: Clients, aws_environment: Mapping[str, str], tmp_path: Path
) -> None:
    table.create(clients.dynamodb)
    key = keys.create(clients.kms)
    vault.Vault(clients.kms, clients.dynamodb, key.key_id, cipher=Plain).store("a secret")
    printed = run_python("-m", "kmsdemo", "lab", "decrypt").stdout
    told = commands(printed)
    until = next(place for place, command in enumerate(told) if "schedule-key-deletion" in command)
    finished = type_all(told[:until], aws_environment, tmp_path)
    assert finished.stderr == ""
    assert "Is this your decrypted password? -> a secret\n" in finished.stdout
    assert finished.stdout.count("ended with 0") == until


def type_all(
    typed: list[str], aws_environment: Mapping[str, str], folder: Path
) -> subprocess.CompletedProcess[str]:
    """Type commands into one shell, in a folder with the two scripts."""
    for path in (ROOT / "examples").glob("*.py"):
        shutil.copy(path, folder)
    script = "\n".join(f'{command}\necho "ended with $?"' for command in typed)
    here = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", script],  # noqa: S607
        cwd=folder,
        env=environment(
            AWS_ACCESS_KEY_ID="testing",
            AWS_SECRET_ACCESS_KEY="testing",
            AWS_DEFAULT_REGION="us-east-1",
            **aws_environment,
            PATH=here,
        ),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


# -------------------------------------------------------------------------------------- paced


@pytest.fixture
def state(tmp_path: Path) -> dict[str, str]:
    """Variables with a folder for the state of programs."""
    return {"XDG_STATE_HOME": str(tmp_path / "state")}


def typist(keys: Iterator[str]) -> Callable[[str], str]:
    """Type the next of the keys at each new prompt."""
    answered = 0

    def answer(printed: str) -> str:
        nonlocal answered
        if printed.count(PROMPT) > answered:
            answered += 1
            return next(keys)
        return ""

    return answer


def pace(
    *options: str, keys: str, state: Mapping[str, str], then: str = " "
) -> tuple[int, list[str], str]:
    """Run a paced lesson; return its exit code, its prompts, and what it printed."""

    def every_key() -> Iterator[str]:
        yield from keys
        while True:
            yield then

    code, printed = run_in_terminal(
        *("-m", "kmsdemo", "lab", "--pace", *options),
        answer=typist(every_key()),
        variables=state,
        is_measured=True,
    )
    prompt = re.escape(f" | {PROMPT}")
    return code, re.findall(rf"(Step \d of 8, [^|\n]*){prompt}", _plain(printed)), printed


def _plain(printed: str) -> str:
    return re.sub(r"\x1b\[[\d;]*m", "", printed)


def test_the_story_takes_at_most_sixty_keys_and_says_how_long_is_left(
    state: dict[str, str],
) -> None:
    code, prompts, printed = pace(keys="", state=state)
    assert code == 0, printed
    assert 20 < len(prompts) <= 60
    assert prompts[0] == "Step 1 of 8, 38 min left"
    assert prompts[-1] == "Step 8 of 8, 2 min left"


def test_quitting_remembers_the_place(state: dict[str, str]) -> None:
    code, prompts, printed = pace("encrypt", keys="  q", state=state)
    assert code == 0, printed
    text = " ".join(_plain(printed).split())
    assert "The lesson is stopped. Its place is in " in text
    assert "kmsdemo lab --pace --resume continues there. Cleaned up: 1 key, 1 table;" in text
    code, resumed, printed = pace("--resume", keys="q", state=state)
    assert code == 0, printed
    assert resumed == [prompts[-1]]
    told = _plain(printed)
    assert "Then it prints my user number" in told
    assert "my table has an item" not in told


def test_a_lesson_that_is_over_has_no_place(state: dict[str, str]) -> None:
    pace("delete", keys="q", state=state)
    pace("delete", keys="", state=state)
    code, printed = run_in_terminal("-m", "kmsdemo", "lab", "--pace", "--resume", variables=state)
    assert code == 2
    assert "There is no saved place in the lesson in " in printed


# ------------------------------------------------------------------------------------ changed


CHANGES = {
    "Scenario: Delete the table": "Scenario: Drop the table",
    'And its partition key is "appuser", a string': 'And my table is called "demo-kms"',
    "When I delete the table": "When I create my table",
    "Then the table does not exist": 'Then my table is called "demo-kms"',
}


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """A suite in which sentences of the lab, and the title of a step, are changed."""
    suite = tmp_path / "suite"
    for name in ("docs", "examples", "features", "steps"):
        shutil.copytree(ROOT / name, suite / name)
    for name in ("conftest.py", "pytest.ini"):
        shutil.copy(ROOT / name, suite)
    feature = suite / "features" / "lab.feature"
    text = feature.read_text(encoding="utf-8")
    for old, new in CHANGES.items():
        assert old in text
        text = text.replace(old, new)
    feature.write_text(text, encoding="utf-8")
    return suite


def test_the_lesson_says_another_sentence_of_the_feature(changed: Path) -> None:
    told = run_python("-c", IN_SUITE, changed, "lab", "drop")
    assert told.returncode == 0, told.stdout + told.stderr
    assert "Step 8 of 8: Drop the table\n" in told.stdout
    assert "    ok When I create my table\n" in told.stdout


def test_the_guide_says_another_sentence_of_the_feature(changed: Path, tmp_path: Path) -> None:
    one_topic = 'from pytest_bdd import scenarios\nscenarios("create_table.feature")\n'
    (changed / "features" / "test_features.py").write_text(one_topic)
    page = tmp_path / "lab.md"
    finished = run_python("-c", IN_SUITE, changed, "guide", "-o", page)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    _, _, last = page.read_text(encoding="utf-8").partition("\n## 8. Drop the table\n")
    assert "**When** I create my table\n" in last


def test_the_check_says_another_sentence_of_the_feature(
    clients: Clients, aws_environment: Mapping[str, str], changed: Path
) -> None:
    keys.create(clients.kms)
    variables = {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
        **aws_environment,
    }
    checked = run_python("-c", IN_SUITE, changed, "check", variables=variables)
    assert (
        "  NOT YET  2. Create the table\n"
        "      When I create my table\n"
        '      Then my table is called "demo-kms"\n'
        '      And my table is called "demo-kms"\n'
    ) in checked.stdout
    assert "  later    8. Drop the table\n" in checked.stdout


@pytest.mark.usefixtures("account")
def test_the_console_says_another_title_of_the_feature(
    changed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(location, "root", lambda: changed)
    server = Server()
    with console.served_by(server) as url, server.in_background():
        page, limit = "", time.monotonic() + TIME_LIMIT_SECONDS
        while "Drop the table" not in page and time.monotonic() < limit:
            with urlopen(url, timeout=TIME_LIMIT_SECONDS) as response:
                page = response.read().decode()
    assert "Drop the table" in page
    assert "Delete the table" not in page
