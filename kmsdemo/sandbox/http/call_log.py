"""What a sandbox that listens has heard: the last AWS calls of each account, without secrets."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from moto.iam.models import get_account_id_from, iam_backends
from werkzeug.wrappers import Request

from kmsdemo.sandbox import clock
from kmsdemo.sandbox.call import is_account_id

MOST_KEPT: Final = 50
OBSERVER: Final = "kmsdemo-console"
"""The application id, in the user agent, of callers that are not heard."""
_SIGNED = re.compile(r"Credential=(?P<key>[^/,\s]+)/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/")
_ERROR_IN_XML = re.compile(rb"<Code>(\w+)</Code>")
_SUCCESS = 200
# What a call is about; nothing of what it carries.
_TELLING: Final = (
    "KeyId",
    "AliasName",
    "TargetKeyId",
    "PendingWindowInDays",
    "TableName",
    "UserName",
    "PolicyName",
)


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """One call.

    Attributes:
        moment: When, by the sandbox's clock.
        caller: The IAM user, or ``root``.
        region: Such as ``us-east-1``.
        service: Such as ``kms``.
        operation: Such as ``ScheduleKeyDeletion``.
        about: The parameters that name something.
        error: AWS's code; empty where the call succeeded.
    """

    moment: datetime
    caller: str
    region: str
    service: str
    operation: str
    about: Mapping[str, str]
    error: str


class CallLog:
    """Keeps the last calls of each account."""

    def __init__(self) -> None:
        # By account, the newest first; a reader in another thread has a whole one, old or new.
        self._calls: dict[str, tuple[LoggedCall, ...]] = {}
        self._count: Counter[str] = Counter()

    def note(self, request: Request, status: int, answer: bytes) -> None:
        """Keep a call, if it is one, under the account that made it."""
        signed = _SIGNED.search(request.headers.get("Authorization", ""))
        if signed is None or f"app/{OBSERVER}" in request.headers.get("User-Agent", ""):
            return
        operation, parameters = _asked(request)
        account = _account(signed["key"])
        heard = LoggedCall(
            moment=clock.now(),
            caller=_caller(account, signed["key"]),
            region=signed["region"],
            service=signed["service"],
            operation=operation,
            about={name: str(parameters[name]) for name in _TELLING if name in parameters},
            error="" if status == _SUCCESS else _error(answer),
        )
        self._calls[account] = (heard, *self._calls.get(account, ()))[:MOST_KEPT]
        self._count[account] += 1

    @property
    def accounts(self) -> list[str]:
        """The accounts that called, each twelve digits."""
        return sorted(self._count)

    def calls(self, account: str) -> Sequence[LoggedCall]:
        """Return the last calls of an account, the newest first."""
        return self._calls.get(account, ())

    def region(self, account: str) -> str:
        """Return the Region of an account's last call; the lab's where there was none."""
        calls = self.calls(account)
        return calls[0].region if calls else "us-east-1"

    def count(self, account: str) -> int:
        """Return how many calls an account has made."""
        return self._count[account]


def _account(access_key_id: str) -> str:
    if is_account_id(access_key_id):
        return access_key_id
    return str(get_account_id_from(access_key_id))


def _caller(account: str, access_key_id: str) -> str:
    access_key = iam_backends[account]["aws"].access_keys.get(access_key_id)
    return str(access_key.user_name or access_key.role_arn) if access_key else "root"


def _asked(request: Request) -> tuple[str, Mapping[str, Any]]:
    """Return the operation and its parameters, from JSON or from a form."""
    if target := request.headers.get("X-Amz-Target"):
        try:
            parameters = json.loads(request.get_data() or b"{}")
        except ValueError:
            parameters = {}
        return target.rpartition(".")[2], parameters if isinstance(parameters, dict) else {}
    return request.form.get("Action", request.path), request.form


def _error(answer: bytes) -> str:
    if in_xml := _ERROR_IN_XML.search(answer):
        return in_xml[1].decode()
    try:
        return str(json.loads(answer)["__type"]).rpartition("#")[2]
    except (ValueError, KeyError, TypeError):
        return "error"
