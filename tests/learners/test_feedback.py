"""The page that a learner gets back, in Markdown and in HTML."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmsdemo.learners import feedback
from kmsdemo.learners.errors import ReportUnwritable
from kmsdemo.learners.finding import Finding
from kmsdemo.learners.grade_class import Graded

ANNA = Graded(
    "Anna",
    "digest",
    (
        Finding("Lines", "They print", "done"),
        Finding("Lines", "They encrypt", "not yet", "<b> & x\ny\x1b", "Encrypt it."),
        Finding("Beyond", "It is careful", "not reached", "nothing is stored", part="beyond"),
    ),
)
BEN = Graded("Ben\x1b", "digest", problem="There is no script decrypt-passwd.*.\nWrite it.\x1b")
OF_ANNA = """\
# Anna

The lab: 1 of 2. Beyond it: 0 of 1.

## The lab

- ✔ They print
- ✘ They encrypt
  - Found: <b> & x · y\\x1b
  - Next: Encrypt it.

## Beyond the lab

- · It is careful
  - Found: nothing is stored
"""
OF_BEN = "# Ben\\x1b\n\nThere is no script decrypt-passwd.*.\nWrite it.\\x1b\n"
BODY_OF_ANNA = """\
<h1>Anna</h1>
<p>The lab: 1 of 2. Beyond it: 0 of 1.</p>
<h2>The lab</h2>
<ul>
<li>✔ They print
</li>
<li>✘ They encrypt
<dl>
<dt>Found</dt><dd>&lt;b&gt; &amp; x · y\\x1b</dd>
<dt>Next</dt><dd>Encrypt it.</dd>
</dl></li>
</ul>
<h2>Beyond the lab</h2>
<ul>
<li>· It is careful
<dl>
<dt>Found</dt><dd>nothing is stored</dd>
</dl></li>
</ul>
</html>"""


def pages(folder: Path, suffix: str) -> dict[str, list[str]]:
    """Return the lines of the pages that are not empty, by the name of the file."""
    feedback.write(folder, [ANNA, BEN], suffix)
    return {
        path.name: [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        for path in sorted(folder.iterdir())
    }


def test_markdown_has_the_marks_and_what_was_found(tmp_path: Path) -> None:
    expected = {"Anna.md": OF_ANNA, "Ben\x1b.md": OF_BEN}
    assert pages(tmp_path / "new", "md") == {
        name: [line for line in text.splitlines() if line] for name, text in expected.items()
    }


def test_html_has_the_same_as_text(tmp_path: Path) -> None:
    written = pages(tmp_path, "html")
    anna = written["Anna.html"]
    assert anna[anna.index("<h1>Anna</h1>") :] == BODY_OF_ANNA.splitlines()
    assert "<title>Anna</title>" in anna
    assert "<p>There is no script decrypt-passwd.*." in written["Ben\x1b.html"]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "none" / "pages"
    with pytest.raises(ReportUnwritable) as raised:
        feedback.write(folder, [ANNA], "md")
    assert (raised.value.path, raised.value.reason) == (str(folder), "No such file or directory")
