"""Findings as JUnit XML, for a gradebook."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from kmsdemo.learners.errors import ReportUnwritable
from kmsdemo.learners.finding import Finding, Verdict
from kmsdemo.printable import printable

_ELEMENTS: Final[Mapping[Verdict, str]] = {"not yet": "failure", "not reached": "skipped"}


def check_writable(path: Path) -> None:
    """Check, before anything runs, that a file can be written; create no folder.

    Raises:
        ReportUnwritable: It cannot be written.
    """
    try:
        is_new = not path.exists()
        path.open("ab").close()
    except OSError as error:
        raise ReportUnwritable(str(path), str(error.strerror)) from error
    if is_new:
        path.unlink()


def write(path: Path, suites: Mapping[str, Sequence[Finding]], *, strict: bool = True) -> None:
    """Write a test case for each finding; what is not reached is skipped.

    Args:
        path: The file, which is replaced.
        suites: The findings, by the name of their test suite.
        strict: Whether what is beyond the lab is a failure too, instead of skipped.

    Raises:
        ReportUnwritable: The file cannot be written.
    """
    root = ET.Element("testsuites")
    for name, findings in suites.items():
        root.append(_suite(name, findings, strict))
    try:
        ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
    except OSError as error:
        raise ReportUnwritable(str(path), str(error.strerror)) from error


def _suite(name: str, findings: Sequence[Finding], strict: bool) -> ET.Element:
    suite = ET.Element("testsuite", name=printable(name), tests=str(len(findings)), errors="0")
    for finding in findings:
        case = ET.SubElement(suite, "testcase", classname=finding.step, name=finding.requirement)
        if element := _ELEMENTS.get(finding.verdict):
            if not strict and finding.part == "beyond":
                element = "skipped"
            message = f"{finding.actual} {finding.next_step}".strip()
            ET.SubElement(case, element, message=printable(message))
    suite.set("failures", str(len(suite.findall(".//failure"))))
    suite.set("skipped", str(len(suite.findall(".//skipped"))))
    return suite
