"""Files with secrets: only their owner reads them, and they are written whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from kmsdemo import private_file

TEXT = "é🔑\r\n\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file that does not exist yet, in a folder of its own."""
    return tmp_path / "secret.txt"


def test_the_text_is_written_byte_by_byte_in_utf_8(path: Path) -> None:
    private_file.write(path, TEXT)
    assert path.read_bytes() == TEXT.encode()


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_only_the_owner_can_read_it_also_if_others_could_before(path: Path) -> None:
    path.touch(mode=0o644)
    private_file.write(path, TEXT)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nothing_else_is_left_in_the_folder(path: Path) -> None:
    private_file.write(path, "first")
    private_file.write(path, "second")
    assert [*path.parent.iterdir()] == [path]
    assert path.read_text() == "second"


def test_a_write_that_fails_leaves_the_earlier_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private_file.write(path, "first")
    while_replaced: list[Path] = []

    def fail(temporary: Path, _: Path) -> None:
        while_replaced.append(temporary)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space left"):
        private_file.write(path, "second")
    assert [*path.parent.iterdir()] == [path]
    assert path.read_text() == "first"
    (temporary,) = while_replaced
    assert (temporary.parent, temporary.name[:12]) == (path.parent, ".secret.txt.")


def test_a_temporary_file_that_is_gone_hides_no_error(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(temporary: Path, _: Path) -> None:
        temporary.unlink()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space left"):
        private_file.write(path, "x")
