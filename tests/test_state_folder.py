"""Where the state of kmsdemo is, on each platform."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmsdemo import state_folder

HOME = Path("/home/ben")


@pytest.mark.parametrize(
    ("platform", "environment", "folder"),
    [
        ("linux", {}, HOME / ".local" / "state" / "kmsdemo"),
        ("linux", {"XDG_STATE_HOME": ""}, HOME / ".local" / "state" / "kmsdemo"),
        ("linux", {"XDG_STATE_HOME": "/state"}, Path("/state/kmsdemo")),
        (
            "darwin",
            {"XDG_STATE_HOME": "/state"},
            HOME / "Library" / "Application Support" / "kmsdemo",
        ),
        ("win32", {"LOCALAPPDATA": "/local"}, Path("/local/kmsdemo")),
        ("win32", {}, HOME / "AppData" / "Local" / "kmsdemo"),
    ],
)
def test_the_folder_is_where_the_platform_keeps_such_files(
    monkeypatch: pytest.MonkeyPatch, platform: str, environment: dict[str, str], folder: Path
) -> None:
    for name in ("XDG_STATE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setattr(Path, "home", lambda: HOME)
    assert state_folder.path() == folder


def test_without_a_home_the_error_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", unknown)
    with pytest.raises(OSError, match="Set HOME"):
        state_folder.path()
