"""The commands of the guide: what a person types for a step of the lab."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from kmsdemo.suite import location

_STEP: Final = r"^## {number}\. .*?$(.*?)(?=^## )"
# What the sentence with the first When shows, up to the calls that its script makes.
_FIRST_WHEN: Final = re.compile(
    r"^\S+ \*\*When\*\* (.*?)(?=^\S+ \*\*\w+\*\* |^\| |^The calls of |\Z)", re.DOTALL | re.MULTILINE
)
_BLOCK: Final = re.compile(
    r"^```bash\n(?P<bash>.*?)^```\n"
    r"(?:\n<details><summary>PowerShell</summary>\n\n```powershell\n(?P<powershell>.*?)^```\n)?",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class StepCommands:
    """What is typed for a step.

    Attributes:
        bash: The lines for bash and zsh.
        powershell: The lines for PowerShell.
    """

    bash: str
    powershell: str


def of_step(number: int) -> StepCommands | None:
    """Return the commands of a step's first action; ``None`` if there is no guide that has them.

    Args:
        number: The number of the step.
    """
    path = location.root() / "docs" / "lab.md"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    section = re.search(_STEP.format(number=number), text, re.DOTALL | re.MULTILINE)
    shown = _FIRST_WHEN.search(section[1]) if section else None
    blocks = list(_BLOCK.finditer(shown[1])) if shown else []
    if not blocks:
        return None
    return StepCommands(
        "".join(block["bash"] for block in blocks),
        "".join(block["powershell"] or _on_one_line(block["bash"]) for block in blocks),
    )


def _on_one_line(bash: str) -> str:
    return re.sub(r" \\\n +", " ", bash)
