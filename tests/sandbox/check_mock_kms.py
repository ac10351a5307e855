"""``mock_kms`` in the tests of other projects, and how it leaves moto."""

from __future__ import annotations

import asyncio
import unittest
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.core.responses import BaseResponse
from moto.kms import models

from kmsdemo.sandbox import mock_kms


def kms() -> Any:
    return boto3.client("kms", region_name="us-east-1")


def key_pending_deletion() -> str:
    key_id: str = kms().create_key()["KeyMetadata"]["KeyId"]
    kms().schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    return key_id


def assert_faithful(key_id: str) -> None:
    with pytest.raises(ClientError, match="KMSInvalidStateException"):
        kms().encrypt(KeyId=key_id, Plaintext=b"x")


def test_as_a_context_manager() -> None:
    with mock_kms() as sandbox:
        key_id = key_pending_deletion()
        assert_faithful(key_id)
        sandbox.advance(days=7)
        with pytest.raises(ClientError, match="NotFoundException"):
            kms().describe_key(KeyId=key_id)


@mock_kms()
def test_as_a_decorator() -> None:
    assert_faithful(key_pending_deletion())


@mock_kms()
class AsADecoratorOfAClass(unittest.TestCase):
    def test_a_key_pending_deletion(self) -> None:
        assert_faithful(key_pending_deletion())


@mock_kms
def test_as_a_decorator_without_parentheses() -> None:
    assert_faithful(key_pending_deletion())


@pytest.mark.parametrize("decorator", [mock_kms, mock_kms()], ids=["bare", "called"])
def test_as_a_decorator_of_an_async_function(decorator: Any) -> None:
    @decorator  # type: ignore[untyped-decorator]
    async def a_key_pending_deletion(name: str) -> str:
        key_id = key_pending_deletion()
        await asyncio.sleep(0)
        assert_faithful(key_id)
        return name

    assert asyncio.run(a_key_pending_deletion("its value")) == "its value"
    assert a_key_pending_deletion.__name__ == "a_key_pending_deletion"


@mock_kms
class WithASetupMethod(unittest.TestCase):
    """The setup and the test share keys and clock; another test begins afresh."""

    def setUp(self) -> None:
        self.key_id = key_pending_deletion()
        mock_kms.advance(days=3)

    def test_the_key_is_there(self) -> None:
        assert [key["KeyId"] for key in kms().list_keys()["Keys"]] == [self.key_id]

    def test_its_waiting_period_goes_on(self) -> None:
        mock_kms.advance(days=4)
        assert kms().list_keys()["Keys"] == []


@mock_kms
class TestWithASetupMethodOfPytest:
    def setup_method(self) -> None:
        self.key_id = key_pending_deletion()

    def teardown_method(self, method: Any) -> None:
        assert method.__name__.startswith("test_")

    def test_the_key_is_there(self) -> None:
        assert_faithful(self.key_id)


@mock_kms
class WithAnAsyncTest(unittest.IsolatedAsyncioTestCase):
    async def test_a_key_pending_deletion(self) -> None:
        assert_faithful(key_pending_deletion())


def test_each_use_starts_with_empty_accounts() -> None:
    with mock_kms() as sandbox:
        key_pending_deletion()
        sandbox.advance(days=100)
    with mock_kms():
        assert kms().list_keys()["Keys"] == []
        assert_faithful(key_pending_deletion())


def test_nested_uses_share_their_state() -> None:
    with mock_kms():
        key_id = key_pending_deletion()
        with mock_kms():
            assert_faithful(key_id)
        assert_faithful(key_id)


def test_inside_mock_aws_it_keeps_the_state() -> None:
    def topics() -> int:
        return len(boto3.client("sns", region_name="us-east-1").list_topics()["Topics"])

    with mock_aws():
        boto3.client("sns", region_name="us-east-1").create_topic(Name="mine")
        with mock_kms():
            assert topics() == 1
            assert_faithful(key_pending_deletion())
        assert topics() == 1, "mock_aws continues"
        assert kms().encrypt(KeyId=key_pending_deletion(), Plaintext=b"x"), "plain moto again"


@pytest.mark.parametrize("use", ["first", "second"])
def test_inside_mock_aws_it_starts_without_keys(use: str) -> None:
    with mock_aws():
        of_moto = kms().create_key()["KeyMetadata"]["KeyId"]
        with mock_kms():
            assert kms().list_keys()["Keys"] == []
            key_pending_deletion()
        assert [key["KeyId"] for key in kms().list_keys()["Keys"]] == [of_moto]


def test_it_restores_moto() -> None:
    before = (BaseResponse.get_current_account, models.kms_backends.backend)
    with mock_kms():
        assert models.kms_backends.backend is not models.KmsBackend
    assert (BaseResponse.get_current_account, models.kms_backends.backend) == before
    with mock_aws():
        assert kms().encrypt(KeyId=key_pending_deletion(), Plaintext=b"x"), "plain moto encrypts"


def test_it_restores_moto_after_a_failure() -> None:
    with pytest.raises(ZeroDivisionError), mock_kms():
        1 / 0  # noqa: B018
    assert models.kms_backends.backend is models.KmsBackend
