"""A key with the default key policy, and a user without permissions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmsdemo import keys
from kmsdemo.keys import Key
from steps.iam_users import IamUser, create_iam_user

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_kms import KMSClient


@pytest.fixture
def key(kms: KMSClient) -> Key:
    """A key with the default key policy."""
    return keys.create(kms)


@pytest.fixture
def ben(iam: IAMClient) -> IamUser:
    """An IAM user without any IAM policy."""
    return create_iam_user(iam, "ben")
