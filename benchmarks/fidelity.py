"""Compares emulators with AWS KMS: the same documented behaviours on each emulator.

Writes docs/fidelity.md: a row for each behaviour, a column for AWS's documentation and for each
emulator. Exits with 1 unless the sandbox is right in every row.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from textwrap import shorten

import click

from benchmarks import progress
from benchmarks.behaviours import Behaviour, all_behaviours
from tests import emulators
from tests.emulators import CannotBeTried, Emulator
from tests.subprocesses import ROOT

TABLE = ROOT / "docs" / "fidelity.md"
CANNOT = "cannot be tried"
_LONGEST_ANSWER = 160

Answers = dict[str, list[str]]

_INTRODUCTION = (
    "`python -m benchmarks.fidelity` writes this page: it makes the same calls to each emulator",
    "and compares the answers with AWS. ✔ is what AWS documents, or a recorded answer of AWS;",
    "anything else is what the emulator answers. The numbers say how many are as documented.",
)
_TOPICS = {
    "key states and deletion": ("Key states", "Key states of other keys", "Deletion"),
    "keys, aliases, tags, pages": (
        *(
            "Keys",
            "Kinds of keys",
            "AWS managed keys",
            "Custom key stores",
            "Last usage",
            "Aliases",
            "Tags",
            "Pages",
        ),
    ),
    "encryption and data keys": ("Responses", "Encryption", "Data keys", "RSA encryption"),
    "signing, MACs, key agreement": ("Signing", "MACs", "Key agreement"),
    "imported key material": ("Imported key material",),
    "rotation": ("Rotation",),
    "multi-Region keys": ("Multi-Region keys",),
    "access control: policies, grants, dry runs": (
        *("Access control", "Other accounts", "Conditions of policies", "The form of policies"),
        *("Sessions", "Grants", "Dry runs"),
    ),
    "the form of requests and responses, and wording": (
        *("Required parameters", "Names of keys", "Answers", "Limits", "Errors of one operation"),
        "The wording of errors",
    ),
}
"""The groups of behaviours, by what a reader looks for."""
_NOT_SUPPORTED = (
    "The sandbox does not support custom key stores (they are managed with AWS's errors, and a key",
    "in one is refused), answers for enclaves (`Recipient`; `kms:RecipientAttestation` is in no",
    "request), grants for services of AWS, SM2, ML-KEM-512 and the prehashed Ed25519. What it does",
    "not support it refuses, and says why. Over HTTP there is no Resource Groups Tagging API, from",
    "which Cloud Custodian gets the tags of keys; in process, with `mock_kms`, moto provides it.",
)


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
@click.option("--localemu", metavar="PYTHON", help="The Python of LocalEmu; optional.")
def main(ministack: str | None, localstack: str | None, localemu: str | None) -> None:
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
                emulators.localemu(localemu),
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
    groups = list(dict.fromkeys(behaviour.group for behaviour in behaviours))
    lines = [
        "# Fidelity: emulators compared with AWS KMS",
        "",
        *_INTRODUCTION,
        "",
        _row(["what you look for", "behaviours", *names]),
        _row(["---"] * (2 + len(names))),
        *(_share(group, groups, behaviours, answers) for group in _TOPICS),
        _share("all", groups, behaviours, answers),
        "",
        *_NOT_SUPPORTED,
    ]
    for group in groups:
        lines += _section(group, behaviours, answers)
    return "\n".join(lines) + "\n"


def _section(group: str, behaviours: Sequence[Behaviour], answers: Answers) -> list[str]:
    """Return the rows of one group, after the pages that document it."""
    names = list(answers)
    rows = [(place, one) for place, one in enumerate(behaviours) if one.group == group]
    sources = dict.fromkeys(behaviour.source for _, behaviour in rows)
    return [
        "",
        f"## {group}",
        "",
        f"Source: {'; '.join(sources)}.",
        "",
        _row(["behaviour", "AWS documents", *names]),
        _row(["---"] * (2 + len(names))),
        *(
            _row([one.name, one.documented, *(_cell(one, answers[name][place]) for name in names)])
            for place, one in rows
        ),
    ]


def _share(
    topic: str, groups: Sequence[str], behaviours: Sequence[Behaviour], answers: Answers
) -> str:
    """Return the row of the summary for a topic: how many behaviours are as documented."""
    of_topic = set(_TOPICS.get(topic, groups))
    places = [place for place, one in enumerate(behaviours) if one.group in of_topic]
    right = [
        str(sum(given[place] == behaviours[place].documented for place in places))
        for given in answers.values()
    ]
    return _row([topic, str(len(places)), *right])


def _cell(behaviour: Behaviour, answer: str) -> str:
    if answer == behaviour.documented:
        return "✔"
    return shorten(answer, _LONGEST_ANSWER, placeholder=" …")  # a page of HTML is one line


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
