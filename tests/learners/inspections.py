"""What a check finds in an account, in short."""

from __future__ import annotations

import json

from kmsdemo.account.clients import Clients, connect
from kmsdemo.learners import check
from kmsdemo.learners.audit_trail import OBSERVER
from kmsdemo.learners.check import Inspection
from kmsdemo.learners.finding import by_step
from steps.iam_users import create_iam_user

ALIAS = "A key has an alias of the lab"
TABLE = "The table exists"
ITEM = "The table has an item"
BINARY = "Each item has its ciphertext in userpasswd, as binary data"
HIDDEN = "No item contains readable text"
DECRYPTS = "A ciphertext is encrypted under the lab key"
DECRYPTED = "The password is decrypted"
PENDING_DELETION = "The key is pending deletion"
GONE = "The table is deleted"


def inspect_lab() -> Inspection:
    return check.inspect_account(connect(application=OBSERVER))


def left(progress: Inspection) -> dict[str, str]:
    """Return what was found instead of each requirement that is not met."""
    return {one.requirement: one.actual for one in progress.findings if one.verdict == "not yet"}


def steps_done(progress: Inspection) -> list[int]:
    verdicts = by_step(progress.findings)
    return [int(step.partition(".")[0]) for step in verdicts if verdicts[step] == "done"]


def denied(clients: Clients, *allowed: str) -> Clients:
    """Return the clients of a user who may call these operations only."""
    reader = create_iam_user(clients.iam, "reader")
    statement = {"Effect": "Allow", "Action": allowed, "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    clients.iam.put_user_policy(UserName="reader", PolicyName="read", PolicyDocument=document)
    return connect(
        access_key_id=reader.access_key_id,
        secret_access_key=reader.secret_access_key,
        application=OBSERVER,
    )


READ = ("kms:List*", "kms:Describe*", "dynamodb:*")
