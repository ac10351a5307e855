"""The command line with which a script is kept from this machine."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kmsdemo.learners.submission import isolation, supervisor
from kmsdemo.learners.submission.isolation import supervised

ROOT, TEMPORARY = Path("/w"), Path("/w/tmp")


@pytest.fixture
def namespaces(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that lets this user make namespaces."""
    monkeypatch.setattr(isolation, "has_namespaces", lambda: True)


@pytest.fixture
def no_namespaces(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that does not."""
    monkeypatch.setattr(isolation, "has_namespaces", lambda: False)


def limits(words: list[str]) -> Any:
    return json.loads(words[words.index(supervisor.__file__) + 1])


@pytest.mark.usefixtures("namespaces")
def test_the_supervisor_runs_it_in_namespaces_of_its_own() -> None:
    words = supervised(["node", "x.js"], root=ROOT, temporary=TEMPORARY, writable=[Path("/go")])
    assert words[0] == "unshare"
    assert {"--mount", "--pid", "--ipc", "--kill-child"} < set(words)
    begin = words.index("--") + 1
    assert words[begin : begin + 4] == [sys.executable, "-I", "-S", supervisor.__file__]
    assert words[-2:] == ["node", "x.js"]
    given = limits(words)
    assert (given["root"], given["temporary"], given["writable"]) == ("/w", "/w/tmp", ["/go"])
    assert given["resources"] == {
        "FSIZE": 100_000_000,
        "NOFILE": 1024,
        "DATA": 8 * 1024**3,
        "CORE": 0,
    }


@pytest.mark.usefixtures("no_namespaces")
def test_without_namespaces_the_supervisor_hides_nothing() -> None:
    words = supervised(["node"], root=ROOT, temporary=TEMPORARY)
    assert words[0] == sys.executable
    assert limits(words)["root"] == ""


@pytest.mark.usefixtures("namespaces")
def test_a_system_without_a_supervisor_runs_it_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    windows = SimpleNamespace(name="nt", fspath=os.fspath)
    monkeypatch.setattr(isolation, "os", windows)
    assert supervised([Path("node"), "x"], root=ROOT, temporary=TEMPORARY) == ["node", "x"]


@pytest.mark.usefixtures("namespaces")
def test_what_it_needs_stays_visible_in_a_folder_for_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(isolation, "_TEMPORARY", (str(tmp_path), "/nowhere"))
    tools, python, script, other = (tmp_path / name for name in ("tools", "venv", "s", "other"))
    for folder in (tools / "bin", python / "bin", script, other):
        folder.mkdir(parents=True)
    (python / "pyvenv.cfg").write_text("")
    monkeypatch.setenv("PATH", f"{tools / 'bin'}{os.pathsep}/usr/bin{os.pathsep}")
    command = [python / "bin" / "python", script / "x.py"]
    shown = limits(supervised(command, root=ROOT, temporary=TEMPORARY, shown=[Path("/data")]))
    expected = {tools, python, python / "bin", script, ROOT, Path("/data")}
    assert set(map(Path, shown["shown"])) == expected


@pytest.mark.usefixtures("namespaces")
def test_with_namespaces_all_is_enforced() -> None:
    assert isolation.not_enforced() == ""
    assert list(isolation.temporary_folders()) == []


@pytest.mark.usefixtures("no_namespaces")
@pytest.mark.parametrize(
    ("platform", "text"),
    [
        ("linux", "has no user namespaces (unshare): a script can write outside of its folder"),
        ("darwin", "and leave a process that hides its environment."),
    ],
)
def test_what_is_not_enforced_is_said(
    monkeypatch: pytest.MonkeyPatch, platform: str, text: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert text in isolation.not_enforced()


@pytest.mark.usefixtures("no_namespaces")
def test_without_namespaces_it_can_write_to_the_folders_for_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(isolation, "_TEMPORARY", (str(tmp_path), "/nowhere"))
    assert list(isolation.temporary_folders()) == [tmp_path]
