"""The report on pre-releases, which tox prints last."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.supply import prereleases


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """The cache of a run of pytest that came to its end."""
    folder = tmp_path / "v/cache"
    folder.mkdir(parents=True)
    (folder / "nodeids").write_text("[]", encoding="utf-8")
    return tmp_path


@pytest.fixture
def report(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What is reported of a run in which one test failed with one pre-release."""
    (cache / "v/cache/lastfailed").write_text('{"tests/test_keys.py::test_a": true}', "utf-8")
    monkeypatch.setattr(prereleases, "installed", lambda: ["moto 6.0rc1"])
    monkeypatch.setenv("KMSDEMO_NOTES", str(tmp_path / "notes"))
    return CliRunner().invoke(prereleases.main, [str(cache)], catch_exceptions=False).output


def test_it_names_each_version_and_each_test(report: str) -> None:
    assert report == ("Pre-releases: moto 6.0rc1. Failed with them: tests/test_keys.py::test_a.\n")


def test_tox_gets_the_same_words(report: str, tmp_path: Path) -> None:
    assert (tmp_path / "notes").read_text(encoding="utf-8") == report


def test_it_says_that_all_is_well(cache: Path) -> None:
    assert prereleases.failures(cache) == "All tests pass."


def test_a_run_that_broke_off_is_no_success(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="did not run to its end"):
        prereleases.failures(tmp_path)
