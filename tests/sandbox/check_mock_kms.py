"""``mock_kms`` in the tests of other projects, and how it leaves moto."""

from __future__ import annotations

import unittest
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.core.responses import BaseResponse
from moto.kms import models
from moto.kms.responses import KmsResponse

from kmsdemo.sandbox import mock_kms, moto_check


def kms() -> Any:
    return boto3.client("kms", region_name="us-east-1")


def doomed_key() -> str:
    key_id: str = kms().create_key()["KeyMetadata"]["KeyId"]
    kms().schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    return key_id


def assert_faithful(key_id: str) -> None:
    with pytest.raises(ClientError, match="KMSInvalidStateException"):
        kms().encrypt(KeyId=key_id, Plaintext=b"x")


def test_as_a_context_manager() -> None:
    with mock_kms() as sandbox:
        key_id = doomed_key()
        assert_faithful(key_id)
        sandbox.advance(days=7)
        with pytest.raises(ClientError, match="NotFoundException"):
            kms().describe_key(KeyId=key_id)


@mock_kms()
def test_as_a_decorator() -> None:
    assert_faithful(doomed_key())


@mock_kms()
class AsADecoratorOfAClass(unittest.TestCase):
    def test_a_doomed_key(self) -> None:
        assert_faithful(doomed_key())


def test_each_use_begins_afresh() -> None:
    with mock_kms() as sandbox:
        doomed_key()
        sandbox.advance(days=100)
    with mock_kms():
        assert kms().list_keys()["Keys"] == []
        assert_faithful(doomed_key())


def test_one_inside_the_other_shares_its_state() -> None:
    with mock_kms():
        key_id = doomed_key()
        with mock_kms():
            assert_faithful(key_id)
        assert_faithful(key_id)


def test_inside_mock_aws_it_keeps_what_is_there() -> None:
    def topics() -> int:
        return len(boto3.client("sns", region_name="us-east-1").list_topics()["Topics"])

    with mock_aws():
        boto3.client("sns", region_name="us-east-1").create_topic(Name="mine")
        with mock_kms():
            assert topics() == 1
            assert_faithful(doomed_key())
        assert topics() == 1, "mock_aws goes on"
        assert kms().encrypt(KeyId=doomed_key(), Plaintext=b"x"), "and is plain moto again"


def test_it_leaves_moto_as_it_was() -> None:
    before = (BaseResponse.get_current_account, vars(models)["generate_private_key"])
    with mock_kms():
        assert KmsResponse.call_action is not BaseResponse.call_action
    assert KmsResponse.call_action is BaseResponse.call_action
    assert "call_action" not in vars(KmsResponse)
    assert (BaseResponse.get_current_account, vars(models)["generate_private_key"]) == before
    with mock_aws():
        assert kms().encrypt(KeyId=doomed_key(), Plaintext=b"x"), "plain moto lets it"


def test_it_leaves_moto_as_it_was_after_a_failure() -> None:
    with pytest.raises(ZeroDivisionError), mock_kms():
        1 / 0  # noqa: B018
    assert "call_action" not in vars(KmsResponse)


def test_a_moto_that_lacks_something_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    needed = {"moto.kms.models": ("Key", "Door"), "moto.gone": ("anything",)}
    monkeypatch.setattr(moto_check, "NEEDED", needed)
    with pytest.raises(moto_check.UnknownMoto) as raised:
        moto_check.check_moto()
    message = str(raised.value)
    assert "without moto.kms.models.Door, moto.gone.anything" in message
    assert "works with moto 5.2.4 to 5.2.x" in message
    assert "pip install" in message
