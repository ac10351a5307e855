"""Each page of the documentation does what it says, when followed in a fresh clone."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from kmsdemo.suite import story
from tests.cli.commands import NAMES, all_commands
from tests.programs.pages import PAGES, Block, blocks, clone, follow, shell
from tests.subprocesses import ROOT, free_port, run_python

PRINTED = {
    "ci": [
        r"generated xml file: .*/features\.xml(.|\n)*^=+ \d+ passed in ",
        r"--encrypt '(.|\n)*^=+ \d+ passed, ",
        r"generated json file: .*/lab\.json ",
        r"^aws --region us-east-1 kms list-keys --limit 10$",
    ],
    "extending": [
        r"-k description_names_the_lab\n(.|\n)*^=+ 1 passed, ",
        r"^AWS is mycloud at http://127\.0\.0\.1:(.|\n)*^=+ 1 passed, ",
        r"^tests/sandbox/kms/test_ciphertexts\.py \.+ ",
    ],
    "instructor": [
        r"^Step 6 of 8: Decrypt the password$",
        r"chosen by the class",
        r"^ +# \(1\) The password is sent to AWS KMS",
        r"^  Anna +1-2 +3-8",
        r"^  Zoë Müller +1-2 +3-8",
    ],
    "learner": [
        r"^Is this your decrypted password\? -> my very secret password$",
        r'"userpasswd": \{\s*"B": "[\w+/=]{40,}"',
        r'"DeletionDate":(.|\n)*"DeletionDate":',
        r"^In the sandbox it is now (.|\n)*^Not decrypted: .*\(NotFoundException\)",
        r"^It is lost for good\.$",
        r"^8 of 8: the lab is complete\.$",
        r"^Something is left to do\.$",
        r"^The table demo-kms is deleted\.$",
        r"^The lab: 15 of 15, complete\. Beyond it: 5 of 6\.$",
        r"^The shell is as it was\.$",
    ],
    "library": [r"^my very secret password$", r"^\d{4}-\d\d-\d\d .*\n.*pending deletion"],
    "sandbox": [
        r"^test_key_pending_deletion\.py \. ",
        r"^In the sandbox it is now ",
        r"^Enabled$",
        r"^\S+\troot\tCreateKey$",
    ],
}
"""By page: what somebody sees who follows it."""

DEEPER = {
    "Encrypt with a public key": [
        r"^Public-Key: \(2048 bit\)$",
        r"^The lab begins at nine\.$",
        r"InvalidCiphertextException(.|\n)*^Which key\?$",
        r"InvalidCiphertextException(.|\n)*^Another algorithm does not decrypt\.$",
        r"^Too long\.$",
    ],
    "Sign, and let anybody verify": [
        r"^Verified OK\n(.|\n)*^Verified OK$",
        r"^Verification failure\n(.|\n)*^Not what was signed\.$",
        r"^true$",
        r"KMSInvalidSignatureException(.|\n)*^An error, not just false\.$",
        r"ValidationException(.|\n)*^Too long\.$",
    ],
    "Rotate the key material": [
        r"^The key has new key material\.$",
        r"^The old ciphertext still needs the old key material\.$",
        r"^The new ciphertext needs the new key material\.$",
        r"^ON_DEMAND\tAUTOMATIC$",
    ],
    "A key in two Regions": [
        r"^The lab begins at nine\.\n(.|\n)*^The lab begins at nine\.$",
        r'^"PendingReplicaDeletion"\n(.|\n)*^"PendingReplicaDeletion"$',
        r'^"PendingDeletion"\n(.|\n)*^"PendingDeletion"$',
        r"NotFoundException(.|\n)*^It is lost for good\.$",
    ],
}
"""By topic of the page of deeper topics: what somebody sees who follows it."""

WRITES_CODE = {"extending": {"features/description.feature", "kmsdemo/backends/mycloud.py"}}
"""By page: the files that are for a commit. Others may have secrets, such as hand-outs."""

LONG = ("ci", "extending", "instructor", "learner", "library")
"""The pages that only the full tier follows, as it does the deeper topics."""

SHOWS_MARKERS = """
import json, sys, pytest
sys.exit(max(pytest.main([*call, "--markers"]) for call in json.loads(sys.argv[1])))
"""
FEW_SCENARIOS = {"PYTEST_ADDOPTS": "-k 'user_number or create_the_key or has_an_encryption'"}
"""That all of them pass is for the features to say; here, a command must run them."""


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone for tests that leave it as it is."""
    return clone(tmp_path_factory.mktemp("fresh"))


def read(page: str) -> str:
    return PAGES[page].read_text(encoding="utf-8")


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(page, marks=pytest.mark.thorough if page in LONG else ()) for page in PRINTED
    ],
)
def followed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path, str]:
    """A page, the clone in which it was followed, and what was printed there."""
    page, folder = request.param, clone(tmp_path_factory.mktemp("followed"))
    return page, folder, follow(page, folder, FEW_SCENARIOS if page == "ci" else {})


def test_a_page_does_what_it_says(followed: tuple[str, Path, str]) -> None:
    page, _, printed = followed
    assert missing(PRINTED[page], printed) == [], printed


def test_git_ignores_what_a_page_lets_a_reader_write(followed: tuple[str, Path, str]) -> None:
    page, folder, _ = followed
    if not shutil.which("git"):
        pytest.skip("git is not installed")
    ours = {"exported.txt", "printed.txt", "second-terminal.txt"}  # written by the test
    new = {path for path in not_ignored(folder) - ours if not (ROOT / path).exists()}
    assert new == WRITES_CODE.get(page, set())


def not_ignored(folder: Path) -> set[str]:
    """Return the files that a commit would have."""
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)  # noqa: S607
    listing = ["git", "ls-files", "--others", f"--exclude-from={ROOT / '.gitignore'}"]
    shown = subprocess.run(listing, cwd=folder, stdout=subprocess.PIPE, text=True, check=True)
    return set(shown.stdout.splitlines())


def missing(texts: list[str], printed: str) -> list[str]:
    """Return the regular expressions that match nothing that was printed."""
    return [text for text in texts if not re.search(text, printed, re.MULTILINE)]


@pytest.mark.thorough
@pytest.mark.parametrize("topic", DEEPER)
def test_a_deeper_topic_does_what_it_says(
    topic: str, aws_environment: Mapping[str, str], tmp_path: Path
) -> None:
    here = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for name in ("aws", "openssl"):
        if shutil.which(name, path=here) is None:
            pytest.skip(f"{name} is not installed")
    text = read("deeper").partition(f"\n## {topic}\n")[2].partition("\n## ")[0]
    script = "".join(block.text for block in blocks(text))
    printed = shell(
        f"set -eu\n{script}",
        tmp_path,
        {
            "AWS_ACCESS_KEY_ID": "444455556666",  # an account of its own, whose clock moves
            "AWS_SECRET_ACCESS_KEY": "sandbox",
            "AWS_DEFAULT_REGION": "us-east-1",
            **aws_environment,
            "PATH": here,
            "PYTHONPATH": str(ROOT),
        },
    )
    assert missing(DEEPER[topic], printed) == [], printed


def test_every_deeper_topic_is_followed() -> None:
    assert re.findall("^## (.*)", read("deeper"), re.MULTILINE) == list(DEEPER)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_with_something_to_run_is_run(page: str) -> None:
    code = [block for block in blocks(read(page)) if block.language in ("sh", "python")]
    assert any(block.is_run for block in code) == (page in {*PRINTED, "deeper"})


# ---------------------------------------------------------------------- the lab by hand


def test_the_lab_by_hand_has_the_steps_of_the_feature() -> None:
    steps = re.findall(r"^\*\*(\d\. .*?)\.?\*\*", read("learner"), re.MULTILINE)
    assert steps == [step.heading for step in story.read().steps]


def learners_block(beginning: str) -> Block:
    """Return the block of the learner's page that begins like this."""
    return next(block for block in blocks(read("learner")) if block.text.startswith(beginning))


def test_a_port_that_is_taken_ends_the_sandbox_and_says_so(fresh: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        start = learners_block("source .venv/bin/activate\nkmsdemo sandbox").as_shell(
            other.getsockname()[1]
        )
        printed = shell(f"({start}) || echo 'It has ended.'", fresh)
    assert re.search(r"^Error: Port \d+ is taken (.|\n)*^It has ended\.$", printed, re.MULTILINE)


def test_where_nothing_answers_a_step_ends_and_says_so(fresh: Path) -> None:
    lead = learners_block("export AWS_ENDPOINT_URL").as_shell(free_port())
    step = learners_block("KEY_ID=").text.partition("\n")[0]
    script = f"source .venv/bin/activate\n{lead}\n{step} || echo 'It has ended.'"
    # How often aws tries is its own affair.
    printed = shell(script, fresh, {"AWS_MAX_ATTEMPTS": "1"})
    assert 'Could not connect to the endpoint URL: "http://127.0.0.1:' in printed
    assert "\nIt has ended.\n" in printed


def test_the_page_leads_to_a_sandbox_as_the_sandbox_says(fresh: Path) -> None:
    start = next(block for block in blocks(read("sandbox")) if "second" in block.remark)
    lead = learners_block("export AWS_ENDPOINT_URL")
    port = free_port()
    shell(start.as_shell(port), fresh)
    said = (fresh / "second-terminal.txt").read_text(encoding="utf-8")
    exports = re.findall("^export .*", lead.as_shell(port), re.MULTILINE)
    assert [line for line in exports if line not in said] == []


def test_the_shell_completes_a_command(fresh: Path) -> None:
    complete = learners_block("eval ").text
    typed = "COMP_WORDS=(kmsdemo sched) COMP_CWORD=1 && _kmsdemo_completion kmsdemo"
    script = f"source .venv/bin/activate\n{complete}\n{typed}\necho ${{COMPREPLY[*]}}"
    assert shell(script, fresh) == "schedule-deletion\n"


# -------------------------------------------------------------- what cannot be run here


def calls_not_run(program: str) -> Iterator[list[str]]:
    """Yield the arguments of each call of a program that is shown and not run."""
    every = (block for page in PAGES for block in blocks(read(page)))
    shown = [line for block in every if not block.is_run for line in block.text.splitlines()]
    for command in " && ".join([*shown, *workflow_lines()]).split(" && "):
        name, *arguments = shlex.split(command)
        if Path(name).name == program:
            yield arguments


def test_commands_that_are_not_run_have_options_that_exist(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "submissions").mkdir()
    (tmp_path / "passwords.csv").touch()
    monkeypatch.chdir(tmp_path)
    calls = list(calls_not_run("kmsdemo"))
    commands = dict(all_commands())
    for name, *arguments in calls:
        commands[name].make_context(name, arguments).close()
    assert len(calls) > 4


def test_calls_of_pytest_that_are_not_run_have_options_that_exist() -> None:
    calls = list(calls_not_run("pytest"))
    shown = run_python("-c", SHOWS_MARKERS, json.dumps(calls))
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.count("@pytest.mark.lab: ") == len(calls) > 2


def test_environments_of_tox_that_are_named_exist() -> None:
    tox_ini = (ROOT / "tox.ini").read_text(encoding="utf-8")
    names = [arguments[1] for arguments in calls_not_run("tox") if arguments]
    assert [name for name in names if f"[testenv:{name}]\n" not in tox_ini] == []
    assert names


def test_pip_is_upgraded_before_it_installs_a_dependency_group() -> None:
    """The one that comes with most Pythons knows none."""
    jobs = workflow()["jobs"].values()
    of_jobs = ["\n".join(step.get("run", "") for step in job["steps"]) for job in jobs]
    of_pages = [block.text for page in PAGES for block in blocks(read(page))]
    asking = [text for text in [*of_pages, *of_jobs] if " --group " in text]
    too_old = [text for text in asking if "--upgrade pip" not in text.partition(" --group ")[0]]
    assert too_old == []
    assert len(asking) > 4


# ------------------------------------------------------------------------- the workflow


def workflow() -> Any:
    yaml: Any = pytest.importorskip("yaml")  # moto brings it
    return yaml.safe_load((ROOT / "docs" / "github-actions.yml").read_text(encoding="utf-8"))


def workflow_lines() -> list[str]:
    jobs = workflow()["jobs"].values()
    lines = [step["run"] for job in jobs for step in job["steps"] if "run" in step]
    return [line.replace("${{ vars.AWS_ACCOUNT }}", "111122223333") for line in lines]


def test_the_workflow_runs_what_the_page_runs_and_keeps_its_report() -> None:
    steps = workflow()["jobs"]["sandbox"]["steps"]
    (kept,) = (step["with"]["path"] for step in steps if "upload-artifact" in step.get("uses", ""))
    (line,) = (step["run"] for step in steps if "pytest" in step.get("run", ""))
    assert line.endswith(f" --junitxml={kept}")
    assert f"\n{line}\n" in "".join(block.text for block in blocks(read("ci")) if block.is_run)


# ------------------------------------------------------------------------------ reading


def anchors(text: str) -> set[str]:
    """Return the anchors of the headings of a page, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES)
def test_every_link_of_a_page_leads_somewhere(page: str) -> None:
    for path, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)#?([^)]*)\)", read(page)):
        there = PAGES[page].parent / path if path else PAGES[page]
        assert there.exists(), path
        assert not anchor or anchor in anchors(there.read_text(encoding="utf-8")), anchor


def test_the_readme_has_a_link_to_every_page() -> None:
    docs = [page for page in PAGES if page != "README"]
    assert [page for page in docs if f"](docs/{page}.md)" not in read("README")] == []


def test_every_command_of_the_program_is_on_a_page() -> None:
    text = "\n".join(map(read, PAGES))
    assert [name for name in NAMES if f"kmsdemo {name}" not in text] == []


def test_the_picture_is_described_to_a_screen_reader() -> None:
    picture = ET.parse(ROOT / "docs" / "lab.svg").getroot()
    texts = {part.attrib.get("id"): part.text for part in picture}
    assert all(texts[name] for name in picture.attrib["aria-labelledby"].split())
