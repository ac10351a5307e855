"""Findings as JUnit XML: each a test case, and a file that is whole or was never there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kmsdemo.learners import junit
from kmsdemo.learners.errors import ReportUnwritable
from kmsdemo.learners.finding import Finding

FINDINGS = [
    Finding("Lines", "They print", "done"),
    Finding("Lines", "They encrypt", "not yet", "It is stored.\x1b", "Encrypt it."),
    Finding("Secrets", "No file has it", "not reached", "nothing is encrypted"),
    Finding("Secrets", "It is careful é", "not yet", "It is not.", part="beyond"),
]
WRITTEN = """\
<?xml version='1.0' encoding='utf-8'?>
<testsuites>
<testsuite name="Anna\\x1b" tests="4" errors="0" failures="2" skipped="1">
<testcase classname="Lines" name="They print" />
<testcase classname="Lines" name="They encrypt">
<failure message="It is stored.\\x1b Encrypt it." />
</testcase>
<testcase classname="Secrets" name="No file has it">
<skipped message="nothing is encrypted" />
</testcase>
<testcase classname="Secrets" name="It is careful é">
<failure message="It is not." />
</testcase>
</testsuite>
<testsuite name="Ben" tests="0" errors="0" failures="0" skipped="0" />
</testsuites>"""
LENIENT = WRITTEN.replace('failure message="It is not."', 'skipped message="It is not."').replace(
    'failures="2" skipped="1"', 'failures="1" skipped="2"'
)


@pytest.mark.parametrize(
    ("options", "expected"),
    [({}, WRITTEN), ({"strict": True}, WRITTEN), ({"strict": False}, LENIENT)],
    ids=["default", "strict", "not strict"],
)
def test_each_finding_is_a_test_case(
    tmp_path: Path, options: dict[str, bool], expected: str
) -> None:
    path = tmp_path / "report.xml"
    path.write_text("an earlier one")
    junit.write(path, {"Anna\x1b": FINDINGS, "Ben": []}, **options)
    assert re.sub(r">\s*<", ">\n<", path.read_text(encoding="utf-8")) == expected


@pytest.mark.parametrize("before", ["dear", None], ids=["there", "new"])
def test_whether_it_can_be_written_is_asked_without_a_trace(
    tmp_path: Path, before: str | None
) -> None:
    path = tmp_path / "report.xml"
    if before:
        path.write_text(before)
    junit.check_writable(path)
    assert (path.read_text() if path.exists() else None) == before


@pytest.mark.parametrize("act", [junit.check_writable, lambda path: junit.write(path, {})])
def test_a_file_that_cannot_be_written_is_named(tmp_path: Path, act: object) -> None:
    path = tmp_path / "none" / "report.xml"
    with pytest.raises(ReportUnwritable) as raised:
        act(path)  # type: ignore[operator]
    assert (raised.value.path, raised.value.reason) == (str(path), "No such file or directory")
