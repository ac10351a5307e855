"""Where a page is written: in the place of a page of ours, never of another file."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmsdemo import private_file
from kmsdemo.errors import KmsdemoError, WrongUsage
from kmsdemo.lesson.guide import files

OURS = f"<!-- {files.MARK} -->\n"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("lab.pdf", r"neither \.html nor \.md"),
        ("none/lab.html", "there is no folder"),
        ("folder.html", "it is a folder"),
        ("dear.md", "another file with this name exists"),
        ("binary.html", "another file with this name exists"),
        ("dangling.html", "another file with this name exists"),
    ],
)
def test_a_place_that_cannot_be_used_is_wrong_usage(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "folder.html").mkdir()
    (tmp_path / "dear.md").write_text("dear")
    (tmp_path / "binary.html").write_bytes(b"\xff\xfe")
    (tmp_path / "dangling.html").symlink_to("nowhere")
    with pytest.raises(WrongUsage, match=f"/{name} .*{reason}"):
        files.write(tmp_path / name, OURS)


def test_another_file_is_kept(tmp_path: Path) -> None:
    dear = tmp_path / "dear.html"
    dear.write_text("dear")
    with pytest.raises(KmsdemoError):
        files.write(dear, OURS)
    assert dear.read_text() == "dear"


def test_an_earlier_page_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "lab.md"
    files.write(path, OURS)
    files.write(path, f"{OURS}new")
    assert path.read_text() == f"{OURS}new"


def test_a_page_that_cannot_be_written_leaves_the_earlier_one(tmp_path: Path) -> None:
    path = tmp_path / "lab.md"
    files.write(path, OURS)
    with pytest.raises(UnicodeEncodeError):
        files.write(path, f"{OURS}\ud800")
    assert (path.read_text(), list(tmp_path.iterdir())) == (OURS, [path])


def test_a_page_that_finds_no_space_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "lab.md"
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(WrongUsage, match=r"/lab\.md cannot be written: No space left on device\."):
        files.write(path, OURS)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("length", "is_ours"), [(300, True), (500, False)])
def test_a_page_of_ours_is_known_by_its_beginning(
    tmp_path: Path, length: int, is_ours: bool
) -> None:
    path = tmp_path / "lab.md"
    path.write_text(f"{'x' * length}{files.MARK}")
    if is_ours:
        files.check(path)
    else:
        with pytest.raises(WrongUsage, match="another file with this name exists"):
            files.check(path)


def test_a_report_is_html() -> None:
    files.check_is_html(Path("report.html"))
    with pytest.raises(WrongUsage, match=r"report\.md .* a report is HTML"):
        files.check_is_html(Path("report.md"))


def test_only_the_owner_reads_hand_outs(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    earlier = folder / "001-anna.html"
    earlier.write_text(OURS)
    earlier.chmod(0o644)
    files.write_folder(folder, {"001-anna.html": OURS, "index.html": OURS})
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in folder.iterdir()} == {
        "001-anna.html": "0o600",
        "index.html": "0o600",
    }


def test_a_new_folder_of_hand_outs_is_its_owners(tmp_path: Path) -> None:
    files.write_folder(tmp_path / "out", {"index.html": OURS})
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(("where", "name"), [(private_file, "write"), (Path, "mkdir")])
def test_hand_outs_that_find_no_space_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: object, name: str
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(where, name, full)
    with pytest.raises(WrongUsage, match=r"/out .*No space left on device"):
        files.write_folder(tmp_path / "out", {"index.html": OURS})


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("none/out", "there is no folder"),
        ("file", "it is a file"),
        ("others", "another file, dear.txt"),
    ],
)
def test_a_folder_that_cannot_be_used_is_wrong_usage(
    tmp_path: Path, name: str, reason: str
) -> None:
    (tmp_path / "file").write_text(OURS)
    (tmp_path / "others").mkdir()
    (tmp_path / "others" / "dear.txt").write_text("dear")
    with pytest.raises(WrongUsage, match=f"/{name} .*{reason}"):
        files.write_folder(tmp_path / name, {"index.html": OURS})
