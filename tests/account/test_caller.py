"""Who calls AWS."""

from __future__ import annotations

import pytest

from kmsdemo.account.caller import Caller, identify
from kmsdemo.account.clients import Clients


def test_the_caller_has_an_account_and_an_arn(clients: Clients) -> None:
    account = "123456789012"
    assert identify(clients.sts) == Caller(account, f"arn:aws:iam::{account}:root")


@pytest.mark.parametrize(
    ("arn", "is_root"),
    [
        ("arn:aws:iam::123456789012:root", True),
        ("arn:aws-cn:iam::123456789012:root", True),
        ("arn:aws:iam::123456789012:user/root", False),
        ("arn:aws:sts::123456789012:assumed-role/admin/root", False),
    ],
)
def test_only_the_root_user_is_root(arn: str, is_root: bool) -> None:
    assert Caller("123456789012", arn).is_root == is_root
