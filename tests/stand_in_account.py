"""The sandbox posing as AWS: an IAM user who may do what a run needs, and what others have."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmsdemo import keys, table
from kmsdemo.account import environment
from kmsdemo.account.clients import Clients
from kmsdemo.keys import Key
from tests.processes import ROOT

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

ACCOUNT = "123456789012"
OF_OTHERS = "demo-kms-of-others"
OPTIONS = ("--backend=aws", f"--aws-account={ACCOUNT}", "--aws-settle=0.01")
PERMISSIONS = ROOT / "docs" / "real-account.json"


@dataclass(frozen=True)
class Aws:
    """The account as its root sees it, with a key and a table that others have there."""

    root: Clients
    root_in_ireland: Clients
    key: Key

    def assert_others_are_untouched(self) -> None:
        assert keys.describe(self.root.kms, self.key.key_id) == self.key
        assert keys.aliases(self.root.kms, self.key.key_id) == [f"alias/{OF_OTHERS}"]
        assert table.describe(self.root.dynamodb, OF_OTHERS).status == "ACTIVE"

    def states(self) -> list[str]:
        """Return the states of all other keys, in both Regions of the lab."""
        return [
            keys.describe(clients.kms, key_id).state
            for clients in (self.root, self.root_in_ireland)
            for key_id in keys.key_ids(clients.kms)
            if key_id != self.key.key_id
        ]

    def remains(self) -> list[str]:
        """Return what is left: keys that are on no way out, aliases and tables."""
        aliases = [alias["AliasName"] for alias in self.root.kms.list_aliases()["Aliases"]]
        names = aliases + self.root.dynamodb.list_tables()["TableNames"]
        mine = [name for name in names if "demo-kms" in name and OF_OTHERS not in name]
        return [state for state in self.states() if not state.startswith("Pending")] + mine


def aws(root: Clients, root_in_ireland: Clients) -> Aws:
    """Create what others have."""
    key = keys.create(root.kms, alias=OF_OTHERS)
    table.create(root.dynamodb, OF_OTHERS)
    return Aws(root, root_in_ireland, key)


def developer(iam: IAMClient) -> dict[str, str]:
    """Create an IAM user who may do what a run needs, and return the variables of that user."""
    iam.create_user(UserName="developer")
    _put_policy(iam, "Permissions", PERMISSIONS.read_text(encoding="utf-8"))
    access_key = iam.create_access_key(UserName="developer")["AccessKey"]
    return {
        "AWS_ACCESS_KEY_ID": access_key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": access_key["SecretAccessKey"],
        "AWS_DEFAULT_REGION": "us-east-1",
    }


def forbid(iam: IAMClient, action: str) -> None:
    """Forbid that user something."""
    statement = {"Effect": "Deny", "Action": action, "Resource": "*"}
    _put_policy(iam, "Denial", json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


@contextmanager
def acting_as_developer(root: Clients) -> Iterator[None]:
    """Be that user in this process."""
    with environment.isolated(developer(root.iam)):
        yield


def _put_policy(iam: IAMClient, name: str, document: str) -> None:
    iam.put_user_policy(UserName="developer", PolicyName=name, PolicyDocument=document)
