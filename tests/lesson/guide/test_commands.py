"""The commands of a step, as the guide beside the lab has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmsdemo.lesson.guide import commands
from kmsdemo.lesson.guide.commands import StepCommands
from kmsdemo.suite import location

GUIDE = """\
# The KMS lab

## 1. Create the key

✔ **Given** é

```bash
not this
```

✔ **When** I act

```bash
KEY_ID=$(aws kms create-key \\
    --output text)
```

<details><summary>PowerShell</summary>

```powershell
$KEY_ID = aws kms create-key --output text
```
</details>

```bash
aws kms enable-key \\
    --key-id "$KEY_ID"
```

✔ **Then** it is so

```bash
nor this
```

## 2. Run the script

✔ **When** I run it

```bash
python3 script.py
```

The calls of the script, as aws commands:

```bash
aws kms encrypt
```

## 3. Look

✔ **Then** I see

```bash
aws kms list-keys
```

## 12. End
"""


@pytest.fixture(autouse=True)
def guide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A suite with a guide."""
    monkeypatch.setattr(location, "root", lambda: tmp_path)
    (tmp_path / "docs").mkdir()
    path = tmp_path / "docs" / "lab.md"
    path.write_text(GUIDE, encoding="utf-8")
    return path


def test_they_are_those_of_the_first_action_for_both_shells() -> None:
    assert commands.of_step(1) == StepCommands(
        "KEY_ID=$(aws kms create-key \\\n    --output text)\n"
        'aws kms enable-key \\\n    --key-id "$KEY_ID"\n',
        '$KEY_ID = aws kms create-key --output text\naws kms enable-key --key-id "$KEY_ID"\n',
    )


def test_the_calls_of_a_script_are_no_commands() -> None:
    assert commands.of_step(2) == StepCommands(*["python3 script.py\n"] * 2)


@pytest.mark.parametrize("number", [3, 4, 12])
def test_a_step_without_an_action_has_none(number: int) -> None:
    assert commands.of_step(number) is None


def test_without_a_guide_there_are_none(guide: Path) -> None:
    guide.unlink()
    assert commands.of_step(1) is None
