"""What an environment imports from elsewhere: its editable packages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kmsdemo.learners.submission.editable_installs import sources


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    folder = tmp_path / "venv" / "lib" / "python3.11" / "site-packages"
    (folder / "one-1.0.dist-info").mkdir(parents=True)
    return folder


def found(packages: Path) -> list[Path]:
    return list(sources(packages.parents[2]))


@pytest.mark.parametrize(
    ("lines", "folders"),
    [
        ("/tmp/one\n", [Path("/tmp/one")]),  # noqa: S108
        ("/a b\n\n/é\n", [Path("/a b"), Path("/é")]),
        ("import sys; exec('long')\n", []),
    ],
)
def test_a_path_file_names_folders(packages: Path, lines: str, folders: list[Path]) -> None:
    (packages / "one.pth").write_text(lines, encoding="utf-8")
    assert found(packages) == folders


def test_a_path_file_may_name_a_folder_from_its_own(packages: Path) -> None:
    (packages / "one.pth").write_text("../one\n")
    assert found(packages) == [packages / "../one"]


@pytest.mark.parametrize(
    ("origin", "folders"),
    [
        ({"url": "file:///a%20b", "dir_info": {"editable": True}}, [Path("/a b")]),
        ({"url": "file:///one", "dir_info": {}}, []),
        ({"url": "https://example.com/one.whl", "archive_info": {}}, []),
        ({"dir_info": {"editable": True}}, []),
    ],
)
def test_a_record_of_the_origin_names_an_editable_folder(
    packages: Path, origin: object, folders: list[Path]
) -> None:
    (packages / "one-1.0.dist-info" / "direct_url.json").write_text(json.dumps(origin))
    assert found(packages) == folders


@pytest.mark.parametrize("name", ["one.pth", "one-1.0.dist-info/direct_url.json"])
def test_what_cannot_be_read_names_nothing(packages: Path, name: str) -> None:
    (packages / name).write_bytes(b"\xff{")
    assert found(packages) == []
