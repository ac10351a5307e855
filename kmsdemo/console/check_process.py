"""``python -m kmsdemo.console.check_process``: runs the check in a separate process, repeatedly.

Each line of standard input is the environment of an account, as JSON. Each line of standard
output is the answer: the findings or an error. pytest, which runs the check, needs a process of
its own.
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
    """Answer until standard input is closed."""
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        answers.write(f"{json.dumps(_answer(json.loads(line)))}\n")
        answers.flush()


def _answer(variables: dict[str, str]) -> dict[str, Any]:
    with environment.isolated(variables):
        try:
            return {"findings": [asdict(finding) for finding in check_account()]}
        except errors.KmsdemoError as error:
            return {"error": error.what}


if __name__ == "__main__":
    main()
