"""The commands on machines that are not like ours: other locales, homes, disks, networks, clocks.

What differs on Windows and macOS is in docs/platforms.md.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from kmsdemo import keys, table
from kmsdemo.account.clients import Clients
from kmsdemo.vault import Vault
from tests.subprocesses import TIME_LIMIT_SECONDS, environment, free_port, run_python

pytestmark = pytest.mark.thorough

Variables = Mapping[str, str | None]
ASCII_ONLY: Variables = {
    **{"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "PYTHONIOENCODING": None,
}
UNSHARE = shutil.which("unshare") or ""
NOWHERE = "/proc/nowhere"
"""A folder that cannot be created."""
CONDITIONS: Mapping[str, Variables] = {
    "a terminal with ASCII only": ASCII_ONLY,
    "no home": {"HOME": None, "XDG_STATE_HOME": None},
    "a home that is not there": {"HOME": NOWHERE, "XDG_STATE_HOME": None},
    "the time of Kiritimati": {"TZ": "Pacific/Kiritimati"},
    "the time of St. John's": {"TZ": "America/St_Johns"},
}
LEARNERS = "Anna\nZoë 🐤\n"
PASSWORDS = "appuser,password\n1,correct horse\n2,naïve 🐤\n"
Finished = subprocess.CompletedProcess[str]
in_each_condition = pytest.mark.parametrize("variables", CONDITIONS.values(), ids=CONDITIONS)


def kmsdemo(folder: Path, variables: Variables, *arguments: str) -> Finished:
    return run_python("-m", "kmsdemo", *arguments, folder=folder, variables=variables)


def succeed(folder: Path, variables: Variables, *arguments: str) -> str:
    finished = kmsdemo(folder, variables, *arguments)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def fails_clearly(finished: Finished, why: str) -> bool:
    """Return whether a program ended with one error of at most two lines, which says why."""
    lines = finished.stderr.strip().splitlines()
    return finished.returncode == 1 and len(lines) in (1, 2) and why in lines[0]


@contextmanager
def class_of(folder: Path, variables: Variables) -> Iterator[dict[str, str | None]]:
    """Run the sandbox of a class with a state file; yield the variables of its first account."""
    (folder / "names.txt").write_text(LEARNERS, encoding="utf-8")
    port = free_port()
    options = [f"--port={port}", "--class=names.txt", "--state=state"]
    with subprocess.Popen(
        [sys.executable, "-m", "kmsdemo", "sandbox", *options],
        cwd=folder,
        env=environment(**variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as program:
        assert program.stdout
        try:
            first = program.stdout.readline()
            assert b"listens on" in first, first + program.stdout.read()
            given = (folder / "names-credentials.csv").read_text(encoding="utf-8").splitlines()
            names, values = (line.split(",") for line in given[:2])
            yield {**variables, **dict(zip(names[1:], values[1:], strict=True))}
        finally:
            program.terminate()


@in_each_condition
def test_the_lab_is_told(tmp_path: Path, variables: Variables) -> None:
    printed = succeed(tmp_path, variables, "lab")
    assert "8 scenarios passed" in printed
    assert printed.isascii() or variables is not ASCII_ONLY


@in_each_condition
def test_the_guide_is_written(tmp_path: Path, variables: Variables) -> None:
    succeed(tmp_path, variables, "guide", "-o", "lab.md")
    assert "Decrypt" in (tmp_path / "lab.md").read_text(encoding="utf-8")


@in_each_condition
def test_a_class_works_with_a_state_file(tmp_path: Path, variables: Variables) -> None:
    (tmp_path / "passwords.csv").write_text(PASSWORDS, encoding="utf-8")
    with class_of(tmp_path, variables) as anna:
        succeed(tmp_path, anna, "setup")
        succeed(tmp_path, anna, "import", "passwords.csv")
        succeed(tmp_path, anna, "export", "exported.csv", "--yes")
        exported = (tmp_path / "exported.csv").read_text(encoding="utf-8")
        assert sorted(exported.split("\n")) == sorted(PASSWORDS.split("\n"))
        shown = succeed(tmp_path, anna, "class", "names.txt")
        assert "Anna" in shown
        assert kmsdemo(tmp_path, anna, "check").returncode == 1  # the lab is not complete


# ------------------------------------------------------------------------- where nobody can write


@pytest.fixture
def lab(clients: Clients, aws_environment: Mapping[str, str]) -> Mapping[str, str]:
    """The lab, set up, with passwords; the variables with which other programs use it."""
    table.create(clients.dynamodb)
    vault = Vault(clients.kms, clients.dynamodb, keys.create(clients.kms).key_id)
    for number in range(40):
        vault.store_for(str(number), "x" * 4000)
    return aws_environment


UNWRITABLE = {
    "guide": ["--output=lab.html"],
    "export": ["--yes", "passwords.csv"],
    "sandbox": ["--port=0", "--state=class.state"],
    "check": ["--junit=check.xml"],
    "lab": ["--transcript=lesson.md"],
}


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="this system has no folder like /proc")
@pytest.mark.parametrize(("command", "options"), UNWRITABLE.items(), ids=UNWRITABLE)
def test_a_file_in_a_folder_that_cannot_be_written_to_is_refused(
    command: str, options: list[str], lab: Mapping[str, str]
) -> None:
    finished = kmsdemo(Path("/proc"), lab, command, *options)
    assert finished.returncode in (1, 2), finished.stdout
    assert options[-1].rpartition("=")[2] in finished.stderr
    assert "Traceback" not in finished.stderr


def test_the_lab_needs_no_folder_to_write_to(lab: Mapping[str, str]) -> None:
    assert "8 scenarios passed" in succeed(Path("/"), {"HOME": NOWHERE}, "lab")


# ------------------------------------------------------------------------- disks and networks


def in_namespace(prepare: str, *words: str, variables: Variables, network: bool = True) -> Finished:
    """Run a program where it sees other mounts, and perhaps no network, after shell commands.

    Standard output ends with the names of the files in its folder.
    """
    flags = "-rm" if network else "-rmn"
    script = f'{prepare} || exit 99; "$@"; code=$?; ls -A; exit $code'
    finished = subprocess.run(
        [UNSHARE, flags, "sh", "-c", script, "sh", *words],
        env=environment(**variables),
        capture_output=True,
        encoding="utf-8",
        timeout=TIME_LIMIT_SECONDS,
        check=False,
    )
    if finished.returncode == 99 or "unshare:" in finished.stderr:
        pytest.skip(f"this machine has no namespaces: {finished.stderr}")
    return finished


needs_namespaces = pytest.mark.skipif(not UNSHARE, reason="this system has no unshare")


@needs_namespaces
@pytest.mark.parametrize(
    ("command", "kilobytes", "file"),
    [
        (["guide", "-o", "lab.html"], 64, "lab.html"),
        (["export", "passwords.csv", "--yes"], 64, "passwords.csv"),
        (["sandbox", "--port=0", "--state=state"], 4, "state"),
    ],
    ids=["guide", "export", "sandbox"],
)
def test_a_full_disk_is_an_error_and_no_part_of_a_file_is_left(
    command: list[str], kilobytes: int, file: str, lab: Mapping[str, str], tmp_path: Path
) -> None:
    finished = on_a_full_disk(command, kilobytes, lab, tmp_path)
    assert_names(file, finished)
    assert set(finished.stdout.split()) <= {"state"}  # which is empty, and used when there is space


@needs_namespaces
def test_a_transcript_that_finds_no_space_is_named(lab: Mapping[str, str], tmp_path: Path) -> None:
    command = ["lab", "--transcript=lesson.md"]
    assert_names("lesson.md", on_a_full_disk(command, 4, lab, tmp_path))


def on_a_full_disk(
    command: list[str], kilobytes: int, variables: Variables, folder: Path
) -> Finished:
    small = f'mount -t tmpfs -o size={kilobytes}k none "{folder}" && cd "{folder}"'
    words = (sys.executable, "-m", "kmsdemo", *command)
    return in_namespace(small, *words, variables=variables)


def assert_names(file: str, finished: Finished) -> None:
    assert finished.returncode in (1, 2), finished.stdout
    says = rf"^Error: .*\b{re.escape(file)}\b.*(No space left|disk is full)"
    assert re.search(says, finished.stderr, re.MULTILINE), finished.stderr
    assert "Traceback" not in finished.stderr


@needs_namespaces
def test_without_ipv6_the_lab_works_and_the_sandbox_says_what_it_cannot_do(tmp_path: Path) -> None:
    off = "echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6 && ip link set lo up"
    prepare = f'{off} && cd "{tmp_path}"'
    kmsdemo = (sys.executable, "-m", "kmsdemo")
    told = in_namespace(prepare, *kmsdemo, "lab", variables={}, network=False)
    assert "8 scenarios passed" in told.stdout, told.stderr
    refused = in_namespace(
        prepare, *kmsdemo, "sandbox", "--host=::1", "--port=0", variables={}, network=False
    )
    assert fails_clearly(refused, "cannot listen on ::1"), refused.stderr
