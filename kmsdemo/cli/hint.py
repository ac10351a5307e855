"""The exact commands of the next step, for bash and PowerShell, with the values of this account."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from kmsdemo import keys
from kmsdemo.cipher import Plain
from kmsdemo.lesson.guide import commands
from kmsdemo.lesson.guide.commands import StepCommands

if TYPE_CHECKING:
    from kmsdemo.learners.check import Inspection

_ALIAS_OF_GUIDE: Final = re.compile(r"alias/demo-kms-[0-9a-f]{8}")
_NUMBER: Final = re.compile(r"[0-9]+")
_DECRYPTION, _DELETION = 6, 7
# The script decrypts what a script has encrypted: without an encryption context.
_WITHOUT_SCRIPT: Final = StepCommands(*['kmsdemo decrypt "$APPUSER"\n'] * 2)
# The same in both shells.
_REVIVE: Final = """\
aws kms cancel-key-deletion --key-id "$KEY_ID"
aws kms enable-key --key-id "$KEY_ID"
"""


class Hint(NamedTuple):
    """Lines to paste into a shell.

    Attributes:
        bash: For bash and zsh.
        powershell: For PowerShell.
    """

    bash: str
    powershell: str


def for_step(number: int, inspection: Inspection) -> Hint | None:
    """Return the commands of a step; ``None`` without a guide.

    Args:
        number: The number of the step.
        inspection: What the account shows: it has the key and a user number.
    """
    typed = commands.of_step(number)
    if typed is None:
        return None
    if number == _DECRYPTION and inspection.item and inspection.item.cipher != Plain.name:
        typed = _WITHOUT_SCRIPT
    alias = keys.random_alias()
    first = _REVIVE if inspection.is_pending_deletion and number < _DELETION else ""
    bash, powershell = (
        f"{first}{_ALIAS_OF_GUIDE.sub(alias, text)}" for text in (typed.bash, typed.powershell)
    )
    values = _values(inspection, bash)
    set_in_bash = "".join(f"{name}={value}\n" for name, value in values.items())
    set_in_powershell = "".join(f"${name} = '{value}'\n" for name, value in values.items())
    return Hint(set_in_bash + bash, set_in_powershell + powershell)


def _values(inspection: Inspection, bash: str) -> dict[str, str]:
    """Return the variables that the commands use and do not set."""
    # A learner can store an item under any text; only a number is safe to paste.
    appuser = inspection.item.appuser if inspection.item else ""
    appuser = appuser if _NUMBER.fullmatch(appuser) else ""
    known = {"KEY_ID": inspection.key_id, "APPUSER": appuser}
    return {
        name: value
        for name, value in known.items()
        if value and f"${name}" in bash and not re.search(rf"^{name}=", bash, re.MULTILINE)
    }
