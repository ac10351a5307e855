"""Compares emulators with AWS KMS: the same documented behaviours on each emulator.

Writes docs/fidelity.md: a row for each behaviour, a column for AWS's documentation and for each
emulator. Exits with 1 unless the sandbox is right in every row.
"""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack

import click

from benchmarks import progress
from benchmarks.behaviours import Behaviour, all_behaviours
from tests import emulators
from tests.emulators import CannotBeTried, Emulator
from tests.subprocesses import ROOT

TABLE = ROOT / "docs" / "fidelity.md"
CANNOT = "cannot be tried"

Answers = dict[str, list[str]]


@click.command()
@click.option(
    "--ministack",
    metavar="PROGRAM",
    default=lambda: shutil.which("ministack"),
    help="The program of MiniStack; by default ministack on PATH, if it is installed.",
)
@click.option(
    "--localstack",
    metavar="PYTHON",
    help="The Python of LocalStack, such as .tox/localstack/server/bin/python; optional.",
)
def main(ministack: str | None, localstack: str | None) -> None:
    """Compare the emulators and write docs/fidelity.md."""
    behaviours = all_behaviours()
    with ExitStack() as running:
        started = [
            running.enter_context(start)
            for start in (
                emulators.moto(),
                emulators.sandbox(),
                emulators.ministack(ministack),
                emulators.localstack(localstack),
            )
        ]
        present = [emulator for emulator in started if emulator is not None]
        answers = {emulator.name: _ask(emulator, behaviours) for emulator in present}
    TABLE.write_text(_table(behaviours, answers), encoding="utf-8")
    click.echo(_summary(behaviours, answers))
    sys.exit(any(_wrong(behaviours, answers["sandbox"])))


def _ask(emulator: Emulator, behaviours: Sequence[Behaviour]) -> list[str]:
    answers = []
    for place, behaviour in enumerate(behaviours, 1):
        progress.show(f"{emulator.name}: {place} of {len(behaviours)}")
        answers.append(_answer(emulator, behaviour))
    progress.clear()
    return answers


def _answer(emulator: Emulator, behaviour: Behaviour) -> str:
    try:
        return behaviour.answer(emulator)
    except CannotBeTried:
        return CANNOT
    except Exception as error:
        response = getattr(error, "response", {})
        return f"before it: {response.get('Error', {}).get('Code', type(error).__name__)}"


# ------------------------------------------------------------------------------------- table


def _wrong(behaviours: Sequence[Behaviour], answers: Sequence[str]) -> list[str]:
    pairs = zip(behaviours, answers, strict=True)
    return [behaviour.name for behaviour, answer in pairs if answer != behaviour.documented]


def _summary(behaviours: Sequence[Behaviour], answers: Answers) -> str:
    lines = []
    for name, given in answers.items():
        right = len(behaviours) - len(_wrong(behaviours, given))
        lines.append(f"{name:20} {right:4} of {len(behaviours)}")
    return "\n".join(lines)


def _table(behaviours: Sequence[Behaviour], answers: Answers) -> str:
    names = list(answers)
    lines = [
        "# Fidelity: emulators compared with AWS KMS",
        "",
        "`python -m benchmarks.fidelity` writes this page. ✔ is the response that AWS documents in",
        "the AWS KMS Developer Guide (key states, key policies) or the API Reference (errors).",
        "",
        _row(["", *names]),
        _row(["---"] * (1 + len(names))),
        _row(["as documented", *(_share(behaviours, answers[name]) for name in names)]),
    ]
    groups = Counter(behaviour.group for behaviour in behaviours)
    for group in groups:
        lines += ["", f"## {group}", "", _row(["behaviour", "AWS documents", *names])]
        lines.append(_row(["---"] * (2 + len(names))))
        for place, behaviour in enumerate(behaviours):
            if behaviour.group == group:
                cells = [_cell(behaviour, answers[name][place]) for name in names]
                lines.append(_row([behaviour.name, behaviour.documented, *cells]))
    return "\n".join(lines) + "\n"


def _share(behaviours: Sequence[Behaviour], given: Sequence[str]) -> str:
    return f"{len(behaviours) - len(_wrong(behaviours, given))} of {len(behaviours)}"


def _cell(behaviour: Behaviour, answer: str) -> str:
    return "✔" if answer == behaviour.documented else answer


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
