"""``kmsdemo guide`` and ``pytest --guide``: the pages that they write, from whole runs."""

from __future__ import annotations

import re
import shutil
from html import unescape
from pathlib import Path

import pytest

from kmsdemo.lesson.guide import verdict
from kmsdemo.lesson.lesson import DEMO_PASSWORD
from tests.subprocesses import PYTEST, ROOT, run_in_terminal, run_python

SUITE = ("conftest.py", "pytest.ini", "docs", "examples", "features", "steps")
IN_SUITE = """
import sys
from pathlib import Path
from kmsdemo.suite import location
location.root = lambda: Path(sys.argv[1])
from kmsdemo.cli import main
main(sys.argv[2:])
"""
# One run of the lab serves several pages.
PAGES = """
import sys
from functools import cache
from kmsdemo.lesson.guide import build
build.build = cache(build.build)
from kmsdemo.cli import main
for page in sys.argv[1:]:
    main(["guide", "--reproducible", "-o", page], standalone_mode=False)
"""
MEGABYTE = 1_000_000
ONLY_SOME = ("-m", "scripts and not ours", "-k", "script_prints")


# ------------------------------------------------------------------------------ committed


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with both pages, as they are now."""
    folder = tmp_path_factory.mktemp("built")
    pages = [folder / "lab.html", folder / "lab.md"]
    finished = run_python("-c", PAGES, *pages, folder=folder)
    assert (finished.returncode, finished.stdout) == (0, ""), finished.stderr
    assert [page for page in pages if str(page) not in finished.stderr] == []
    return folder


@pytest.mark.parametrize("name", ["lab.html", "lab.md"])
def test_the_committed_page_is_what_the_lab_is_now(built: Path, name: str) -> None:
    is_current = (built / name).read_bytes() == (ROOT / "docs" / name).read_bytes()
    assert is_current, f"it is stale; run: kmsdemo guide --reproducible -o docs/{name}"


def committed() -> str:
    return (ROOT / "docs" / "lab.html").read_text(encoding="utf-8")


def test_the_page_is_small() -> None:
    assert len(committed().encode()) < MEGABYTE


def sections(page: str) -> dict[str, str]:
    """Return the steps and topics of a page, by their names in links."""
    parts = re.split(r'<section class="(?:step findable|topic)" id="([^"]+)"', page)
    return dict(zip(parts[1::2], map(unescape, parts[2::2]), strict=True))


def test_the_password_is_shown_only_where_the_lab_is_about_it() -> None:
    page = committed()
    shown = [name for name, text in sections(page).items() if DEMO_PASSWORD in text]
    assert shown == [
        "encrypt-a-password",
        "decrypt-the-password",
        "schedule-the-keys-deletion",
        "deeper-direct-and-envelope-encryption",
    ]
    assert DEMO_PASSWORD not in page[: page.index('<section class="step')]


def test_no_path_of_a_machine_is_in_the_page() -> None:
    assert str(ROOT) not in committed()


# ------------------------------------------------------------------------- a run that fails


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """A copy of the suite, to be changed."""
    root = tmp_path / "suite"
    root.mkdir()
    for name in SUITE:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, root / name)
    return root


def change(root: Path, old: str, new: str) -> None:
    """Change a sentence of the story, which one topic follows."""
    topics = 'from pytest_bdd import scenarios\nscenarios("create_table.feature")\n'
    (root / "features" / "test_features.py").write_text(topics)
    feature = root / "features" / "lab.feature"
    text = feature.read_text(encoding="utf-8")
    assert old in text
    feature.write_text(text.replace(old, new), encoding="utf-8")


def test_a_changed_sentence_is_in_the_guide(changed: Path, tmp_path: Path) -> None:
    change(changed, "Nobody can use the ciphertext that is left", "What is left is of no use")
    output = tmp_path / "lab.html"
    finished = run_python("-c", IN_SUITE, changed, "guide", "-o", output)
    assert finished.returncode == 0, finished.stderr
    assert "What is left is of no use" in output.read_text(encoding="utf-8")


def test_no_guide_is_written_from_a_run_that_fails(changed: Path, tmp_path: Path) -> None:
    change(changed, 'my table is called "demo-kms"', 'my table is called "another"')
    output = tmp_path / "lab.html"
    finished = run_python("-c", IN_SUITE, changed, "guide", "-o", output)
    assert finished.returncode == 1
    assert "The lab did not pass, and no guide is written: Failed in Step 2" in finished.stderr
    assert not output.exists()


def test_ctrl_c_writes_nothing(tmp_path: Path) -> None:
    output = tmp_path / "lab.html"
    command = ("-m", "kmsdemo", "guide", "-o", output)
    code, printed = run_in_terminal(*command, interrupt_at="Running the lab")
    assert code == 130, printed
    assert "Traceback" not in printed
    assert list(tmp_path.iterdir()) == []


# ------------------------------------------------------------------------------ pytest --guide


def test_a_run_that_fails_has_its_verdict_with_the_failed_step(tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    finished = run_python(
        *PYTEST,
        "features",
        *ONLY_SOME,
        "--encrypt=true {password} {key_id}",
        "--decrypt=true {appuser} {key_id}",
        "--password=a-password-of-this-run",
        f"--guide={report}",
        is_measured=True,
    )
    assert finished.returncode == 1, finished.stdout
    assert f"The verdict of the run is in {report}" in finished.stdout
    run = verdict.read(report)
    failed = [one.reason for one in run.verdicts if one.outcome == "failed"]
    assert failed
    assert [reason for reason in failed if "    ✘ " not in reason] == []
    assert "a-password-of-this-run" not in report.read_text(encoding="utf-8")


def test_a_report_overwrites_no_other_file(tmp_path: Path) -> None:
    dear = tmp_path / "dear.html"
    dear.write_text("dear")
    finished = run_python(*PYTEST, "features/test_lab.py", f"--guide={dear}")
    assert finished.returncode == 4
    assert "another file with this name exists" in finished.stderr
    assert dear.read_text() == "dear"


# ------------------------------------------------------------------------------ hand-outs


def test_each_learner_has_a_page_of_their_own(tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("Anna\nBen\n")
    (tmp_path / "names-credentials.csv").write_text(
        "name,AWS_ENDPOINT_URL,AWS_ACCESS_KEY_ID,AWS_SECRET_ACCESS_KEY,AWS_DEFAULT_REGION\n"
        "Anna,http://h:1,200000000001,of-anna,us-east-1\n"
        "Ben,http://h:1,200000000002,of-ben,us-east-1\n"
    )
    folder = tmp_path / "out"
    command = ("-m", "kmsdemo", "guide", "-o", folder, "--class", names)
    finished = run_python(*command, is_measured=True)
    assert (finished.returncode, finished.stdout) == (0, ""), finished.stderr
    assert f"{folder}: 2 hand-outs; begin with {folder / 'index.html'}.\n" in finished.stderr
    assert sorted(path.name for path in folder.iterdir()) == [
        "001-anna.html",
        "002-ben.html",
        "index.html",
    ]
    assert [path.name for path in folder.iterdir() if "of-anna" in path.read_text()] == [
        "001-anna.html"
    ]
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
