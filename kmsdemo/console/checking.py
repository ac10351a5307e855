"""``python -m kmsdemo.console.checking``: runs the check, again and again, in a process of its own.

Each line on standard input is the environment of an account, as JSON; the answer is a line too,
the findings or the trouble. pytest, which the check is, wants a process to itself.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

from kmsdemo import errors
from kmsdemo.account import environment
from kmsdemo.learners.check import check_account


def main() -> None:
    """Answer until nobody asks any more."""
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        answers.write(f"{json.dumps(_answer(json.loads(line)))}\n")
        answers.flush()


def _answer(variables: dict[str, str]) -> dict[str, Any]:
    with environment.isolated(variables):
        try:
            return {"findings": [asdict(finding) for finding in check_account()]}
        except errors.KmsdemoError as error:
            return {"trouble": error.what}


if __name__ == "__main__":
    main()
