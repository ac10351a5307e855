"""Answers of AWS KMS that LocalStack's tests recorded, to compare with."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.subprocesses import ROOT

RECORDED: dict[str, Any] = {}
for name in ("recorded_kms", "recorded_kms_more"):
    RECORDED |= json.loads((ROOT / "tests" / "aws" / f"{name}.json").read_text())

ARN = "arn:aws:kms:us-east-1:123456789012"


def recorded(test: str, answer: str) -> Any:
    return RECORDED[test]["answers"][answer]


def as_recorded(test: str, answer: str, **names: str) -> dict[str, str]:
    """Return a recorded error with its placeholders replaced."""
    error = dict(recorded(test, answer)["Error"])
    for placeholder, name in names.items():
        error["Message"] = error["Message"].replace(f"<{placeholder.replace('_', '-')}>", name)
    error["Message"] = re.sub(r"arn:<partition>:kms:<region>:\d+", ARN, error["Message"])
    return error
