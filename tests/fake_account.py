"""A fake AWS account in the sandbox: an IAM user for runs, and resources of other people."""

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
from tests.subprocesses import ROOT

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

ACCOUNT = "123456789012"
OF_OTHERS = "demo-kms-of-others"
OPTIONS = ("--backend=aws", f"--aws-account={ACCOUNT}", "--aws-settle=0.01")
PERMISSIONS = ROOT / "docs" / "real-account.json"


@dataclass(frozen=True)
class FakeAccount:
    """An account with a key and a table of other people, seen by its root user."""

    root: Clients
    root_in_ireland: Clients
    key: Key

    def assert_others_are_untouched(self) -> None:
        assert keys.describe(self.root.kms, self.key.key_id) == self.key
        assert keys.aliases(self.root.kms, self.key.key_id) == [f"alias/{OF_OTHERS}"]
        assert table.describe(self.root.dynamodb, OF_OTHERS).status == "ACTIVE"

    def states(self) -> list[str]:
        """Return the key states of all other keys, in both Regions."""
        return [
            keys.describe(clients.kms, key_id).state
            for clients in (self.root, self.root_in_ireland)
            for key_id in keys.key_ids(clients.kms)
            if key_id != self.key.key_id
        ]

    def leftovers(self) -> list[str]:
        """Return what runs left: states of keys that are not pending deletion, aliases, tables."""
        aliases = [alias["AliasName"] for alias in self.root.kms.list_aliases()["Aliases"]]
        names = aliases + self.root.dynamodb.list_tables()["TableNames"]
        mine = [name for name in names if "demo-kms" in name and OF_OTHERS not in name]
        return [state for state in self.states() if not state.startswith("Pending")] + mine


def create(root: Clients, root_in_ireland: Clients) -> FakeAccount:
    """Create the key and the table of other people."""
    key = keys.create(root.kms, alias=OF_OTHERS)
    table.create(root.dynamodb, OF_OTHERS)
    return FakeAccount(root, root_in_ireland, key)


def create_developer(iam: IAMClient) -> dict[str, str]:
    """Create an IAM user with the permissions of a run, and return the user's variables."""
    iam.create_user(UserName="developer")
    _put_policy(iam, "Permissions", PERMISSIONS.read_text(encoding="utf-8"))
    access_key = iam.create_access_key(UserName="developer")["AccessKey"]
    return {
        "AWS_ACCESS_KEY_ID": access_key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": access_key["SecretAccessKey"],
        "AWS_DEFAULT_REGION": "us-east-1",
    }


def deny(iam: IAMClient, action: str) -> None:
    """Deny an action to the developer."""
    statement = {"Effect": "Deny", "Action": action, "Resource": "*"}
    _put_policy(iam, "Denial", json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


@contextmanager
def as_developer(root: Clients) -> Iterator[None]:
    """Use the developer's credentials in this process."""
    with environment.isolated(create_developer(root.iam)):
        yield


def _put_policy(iam: IAMClient, name: str, document: str) -> None:
    iam.put_user_policy(UserName="developer", PolicyName=name, PolicyDocument=document)
