"""What ``kmsdemo guide`` refuses before the lab is run, and the runs that it compares."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from kmsdemo.cli import main
from kmsdemo.learners import hand_out
from kmsdemo.lesson.guide import build, page
from kmsdemo.lesson.guide.document import Document
from kmsdemo.lesson.guide.page import Page
from kmsdemo.lesson.guide.verdict import Run, Verdict
from kmsdemo.lesson.lesson import LessonOptions
from tests.lesson.guide.test_page import document


def refused(*options: str, code: int = 2) -> str:
    """Run the command, which does not run the lab, and return the error."""
    result = CliRunner().invoke(main, ["guide", *options])
    assert result.exit_code == code, result.output
    return result.stderr


@pytest.mark.parametrize("name", ["lab.pdf", "none/lab.html", "."])
def test_a_page_that_cannot_be_written_is_refused_in_two_lines(tmp_path: Path, name: str) -> None:
    printed = refused("-o", str(tmp_path / name)).splitlines()
    assert printed[0].startswith("Error: ")
    assert printed[1].startswith("Name a new file that ends in .html or .md")
    assert len(printed) == 2


def test_a_page_without_a_verdict_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.html"
    other.write_text("dear")
    printed = refused("-o", str(tmp_path / "lab.html"), "--run", str(other))
    assert "it has no verdict of a run" in printed
    assert list(tmp_path.iterdir()) == [other]


def test_a_class_without_credentials_is_told_what_writes_them(tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("Anna\n")
    printed = refused("--class", str(names), "-o", str(tmp_path / "out"), code=1)
    assert "names-credentials.csv cannot be used" in printed
    assert "kmsdemo sandbox --class" in printed


def test_options_of_a_guide_and_of_hand_outs_do_not_mix(tmp_path: Path) -> None:
    printed = refused("--class", str(tmp_path / "names.txt"), "--notes", "-o", str(tmp_path))
    assert "--class cannot be combined with --notes" in printed


def test_runs_are_compared_in_one_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = (Run(name, verdicts=[Verdict("A", "One", 1)]) for name in ("moto", "elsewhere"))
    report = tmp_path / "report.html"
    report.write_text(page.html(Page(runs=[there])), encoding="utf-8")
    monkeypatch.setattr(build, "build", lambda *_, **__: (document(), here))
    output = tmp_path / "lab.html"
    result = CliRunner().invoke(main, ["guide", "-o", str(output), "--run", str(report)])
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"{output}: 1 passed.\n"
    text = output.read_text(encoding="utf-8")
    assert '<th scope="col">moto</th><th scope="col">elsewhere</th>' in text
    assert "The verdicts of the runs" in text


@pytest.mark.parametrize(
    ("options", "is_fixed", "with_notes"),
    [([], False, False), (["--reproducible"], True, False), (["--notes"], False, True)],
)
def test_the_lab_is_run_as_the_options_say(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    is_fixed: bool,
    with_notes: bool,
) -> None:
    asked: list[object] = []

    def built(how: LessonOptions, **more: bool) -> tuple[Document, Run]:
        asked[:] = [how.backend, how.with_notes, more]
        return document(), Run("moto")

    monkeypatch.setattr(build, "build", built)
    output = tmp_path / "lab.md"
    CliRunner().invoke(main, ["guide", "-o", str(output), *options])
    assert asked == ["moto", with_notes, {"is_fixed": is_fixed}]
    assert output.read_text(encoding="utf-8").startswith("<!-- kmsdemo guide")


@pytest.mark.parametrize(
    ("learners", "count"), [(["Anna"], "1 hand-out"), (["Anna", "Ben"], "2 hand-outs")]
)
def test_hand_outs_have_no_topics(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, learners: list[str], count: str
) -> None:
    names = tmp_path / "names.txt"
    names.write_text("\n".join(learners))
    hand_out.write(hand_out.prepare(names), names, "http://127.0.0.1:1")
    asked: list[dict[str, bool]] = []

    def built(_: LessonOptions, **more: bool) -> tuple[Document, Run]:
        asked.append(more)
        return document(), Run("moto")

    monkeypatch.setattr(build, "build", built)
    folder = tmp_path / "out"
    result = CliRunner().invoke(main, ["guide", "--class", str(names), "-o", str(folder)])
    assert (result.exit_code, asked) == (0, [{"with_topics": False}])
    assert result.stderr == f"{folder}: {count}; begin with {folder / 'index.html'}.\n"
    assert len(list(folder.iterdir())) == len(learners) + 1


def test_an_interrupted_run_leaves_no_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise build.Interrupted("Interrupted. Cleaned up: 1 key.")

    monkeypatch.setattr(build, "build", interrupted)
    result = CliRunner().invoke(main, ["guide", "-o", str(tmp_path / "lab.html")])
    assert result.exit_code == 130
    assert "Interrupted. Cleaned up: 1 key. No guide is written." in result.stderr
    assert list(tmp_path.iterdir()) == []
