"""The AWS calls that the console shows: the newest of an account's trail, without look-ups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from kmsdemo.sandbox.trail import history, identity
from kmsdemo.sandbox.trail.operations import CRYPTOGRAPHIC
from kmsdemo.sandbox.trail.records import Record

MAX_CALLS: Final = 12
"""How many calls of an account are shown: they fit on one screen."""
_READ_TO_USE: Final = CRYPTOGRAPHIC | {"AssumeRole", "GetItem"}
"""AWS records them as read-only, but they use a key, a role or a ciphertext."""
# These parameters name resources; the console writes them as the API does.
_SHOWN_PARAMETERS: Final = (
    "KeyId",
    "AliasName",
    "TargetKeyId",
    "PendingWindowInDays",
    "TableName",
    "UserName",
    "PolicyName",
)


@dataclass(frozen=True, slots=True)
class ShownCall:
    """One call.

    Attributes:
        moment: The time, by the account's clock.
        caller: The IAM user, the session, or ``root``.
        region: Such as ``us-east-1``.
        service: Such as ``kms``.
        operation: Such as ``ScheduleKeyDeletion``.
        about: The parameters that name resources.
        error: AWS's error code; empty if the call succeeded.
    """

    moment: datetime
    caller: str
    region: str
    service: str
    operation: str
    about: Mapping[str, str]
    error: str


def uses(account: str) -> Sequence[ShownCall]:
    """Return the last calls of an account that changed or used something, newest first."""
    all_uses = filter(_is_use, history.newest_first(account))
    return [_shown(record) for record in islice(all_uses, MAX_CALLS)]


def region(account: str) -> str:
    """Return the Region of an account's last call; ``us-east-1`` before the first."""
    last = next(history.newest_first(account), None)
    return str(last["awsRegion"]) if last else "us-east-1"


def _is_use(record: Record) -> bool:
    if history.is_of_observer(record["userAgent"]):
        return False  # the check decrypts to see whether a ciphertext is the key's
    return not record["readOnly"] or record["eventName"] in _READ_TO_USE


def _shown(record: Record) -> ShownCall:
    parameters = {
        name[0].upper() + name[1:]: value
        for name, value in (record["requestParameters"] or {}).items()
    }
    return ShownCall(
        moment=datetime.fromisoformat(str(record["eventTime"]).replace("Z", "+00:00")),
        caller=identity.user_name(record["userIdentity"]) or "AWS",
        region=record["awsRegion"],
        service=str(record["eventSource"]).partition(".")[0],
        operation=record["eventName"],
        about={name: str(parameters[name]) for name in _SHOWN_PARAMETERS if name in parameters},
        error=record.get("errorCode", ""),
    )
