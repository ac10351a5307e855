"""The pool: which call is answered with a used key, and how the answer looks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from kmsdemo import errors, keys
from kmsdemo.account.clients import Clients, connect
from kmsdemo.shared_account import sessions
from kmsdemo.shared_account.errors import TooManyKeys
from kmsdemo.shared_account.key_pool import MAX_KEYS, KeyPool
from kmsdemo.shared_account.tags import Tags

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

RUN = Tags()


@pytest.fixture
def pool(clients: Clients) -> KeyPool:
    return KeyPool(clients, RUN)


@pytest.fixture
def kms(pool: KeyPool) -> Iterator[KMSClient]:
    """A client of the run, whose calls the pool answers."""
    with sessions.initializer(pool.register_handlers):
        yield connect().kms


def create(kms: KMSClient, **more: Any) -> Any:
    return kms.create_key(Tags=RUN.for_kms(), **more)  # type: ignore[arg-type]


def used(kms: KMSClient, pool: KeyPool, **more: Any) -> str:
    """Create a key and return it to the pool."""
    key_id = str(create(kms, Description="used", **more)["KeyMetadata"]["KeyId"])
    pool.prepare_return(key_id)()
    return key_id


@pytest.mark.parametrize("description", [{"Description": "new"}, {}], ids=["new", "none"])
def test_a_free_key_is_answered_as_aws_answers_with_a_new_one(
    kms: KMSClient, pool: KeyPool, clients: Clients, description: dict[str, str]
) -> None:
    key_id = used(kms, pool)
    tag = {"TagKey": "team", "TagValue": "blue"}
    answer = kms.create_key(Tags=[tag], **description)  # type: ignore[list-item,arg-type]
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    new = answer["KeyMetadata"]
    assert (new["KeyId"], new["KeyState"]) == (key_id, "Enabled")
    assert new["Description"] == description.get("Description", "")
    assert keys.describe(clients.kms, key_id).description == new["Description"]
    assert keys.tags(clients.kms, key_id) == {**RUN.as_text(), "team": "blue"}
    assert pool.made == 1


def test_a_key_is_given_to_one_only(kms: KMSClient, pool: KeyPool) -> None:
    key_id = used(kms, pool)
    assert create(kms)["KeyMetadata"]["KeyId"] == key_id
    assert create(kms)["KeyMetadata"]["KeyId"] != key_id
    assert pool.made == 2


@pytest.mark.parametrize("multi_region", [True, False])
def test_a_key_of_the_other_kind_is_not_given(
    kms: KMSClient, pool: KeyPool, multi_region: bool
) -> None:
    of_other_kind = used(kms, pool, MultiRegion=not multi_region)
    key_id = used(kms, pool, MultiRegion=multi_region)
    assert key_id != of_other_kind
    assert create(kms, MultiRegion=multi_region)["KeyMetadata"]["KeyId"] == key_id


def test_a_replica_that_is_there_is_answered(
    kms: KMSClient, pool: KeyPool, clients: Clients
) -> None:
    key_id = create(kms, MultiRegion=True)["KeyMetadata"]["KeyId"]
    first, second = (
        kms.replicate_key(KeyId=key_id, ReplicaRegion="eu-west-1")["ReplicaKeyMetadata"]
        for _ in range(2)
    )
    assert first["Arn"] == second["Arn"]
    assert ":eu-west-1:" in second["Arn"]
    assert pool.made == 2
    kms.replicate_key(KeyId=key_id, ReplicaRegion="eu-central-1")
    assert pool.made == 3
    assert sorted(keys.replica_regions(clients.kms, key_id)) == ["eu-central-1", "eu-west-1"]


def test_with_all_keys_in_use_no_other_one_is_made(
    kms: KMSClient, pool: KeyPool, clients: Clients
) -> None:
    for _ in range(MAX_KEYS):
        create(kms)
    with pytest.raises(TooManyKeys) as raised:
        create(kms)
    assert (raised.value.made, raised.value.reason) == (MAX_KEYS, "all are in use.")
    assert len(keys.key_ids(clients.kms)) == MAX_KEYS


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_key_that_cannot_be_reset_is_why_none_is_free(
    kms: KMSClient, pool: KeyPool, clients: Clients, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    denied = errors.AccessDenied("ListGrants", "k", "no permission")

    def refuse(*_: object, **__: object) -> Any:
        raise denied

    key_id = create(kms)["KeyMetadata"]["KeyId"]
    prepare = refuse if moment == "before" else lambda *_, **__: refuse
    monkeypatch.setattr("kmsdemo.shared_account.key_pool.prepare_reset", prepare)
    with pytest.raises(errors.AccessDenied):
        pool.prepare_return(key_id)()
    for _ in range(MAX_KEYS - 1):
        assert create(kms)["KeyMetadata"]["KeyId"] != key_id
    with pytest.raises(TooManyKeys) as raised:
        create(kms)
    assert raised.value.reason == denied.what
