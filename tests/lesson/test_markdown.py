"""A lesson as Markdown: the transcript."""

from __future__ import annotations

from io import StringIO

import pytest

from kmsdemo.lesson.markdown import MarkdownRenderer
from tests.lesson import sample_lesson

TRANSCRIPT = """\
# The KMS lab

Why.

What.

## Step 1 of 8: Create the key

Because.

Therefore.

> **Ask** Who could read the password now, and who could not?

### A key is \\*new\\*

It has no alias.

#### It has \\`one\\` owner

✔ **Given** my key, which has a long description

✘ **When** I act

≠ **Then** it is so

- KMS CreateKey as anna: Description x
- → KeyState Enabled

```sh
aws kms create-key --description 'The key of the lab' --output text
```

- KMS CreateKey as anna: Description x
- request \\{\\}
- response \\{\\}

```sh
aws kms create-key --description 'The key of the lab' --output text
```

- as before: CreateKey, CreateAlias

```sh
aws kms create-key --description 'The key of the lab' --output text
date
```

```text
def f():
    return 'a long text that is wrapped'
```

- → KeyState Enabled

- → DisabledException

The calls of the script:

```text
Known difference from AWS: none.
```

| The account now | |
|---|---|
| key | 1234<br>alias/a |
| item | 5\\|6 |

Deeper: `kmsdemo lab --deeper envelope`, `kmsdemo lab --deeper rotation`

## What this lesson showed

**Keys**

- A key is new
- A key is old

Cleaned up: 1 key.

Failed in Step 1

1 step in 1.0 s.

Do it yourself.

"""


def test_everything_is_in_the_transcript() -> None:
    file = StringIO()
    sample_lesson.tell(MarkdownRenderer(file))
    assert file.getvalue() == TRANSCRIPT


def test_an_ending_without_topics_and_failures_has_no_empty_parts() -> None:
    file = StringIO()
    sample_lesson.end_well(MarkdownRenderer(file))
    assert file.getvalue() == "# The KMS lab\n\n1 step in 1.0 s.\n\nDo it yourself.\n\n"


def test_an_interrupted_lesson_ends_with_its_text() -> None:
    file = StringIO()
    MarkdownRenderer(file).interrupted("Interrupted.\x1b[2J")
    assert file.getvalue() == "# The KMS lab\n\nInterrupted.\\x1b[2J\n\n"


class FullFile(StringIO):
    """A file on a disk that is full."""

    name = "lab.md"

    def flush(self) -> None:
        raise OSError(28, "No space left on device")


def test_a_transcript_that_finds_no_space_is_named_and_closed() -> None:
    file = FullFile()
    with pytest.raises(OSError, match=r"^\[Errno 28\] No space left on device: 'lab.md'"):
        MarkdownRenderer(file)
    assert file.closed
