"""AWS KMS as moto's other services call it: by the methods of moto's own."""

from __future__ import annotations

import json
from typing import Any

import pytest
from moto.kms.models import kms_backends

from kmsdemo.account.clients import Clients
from kmsdemo.sandbox import mock_kms

ACCOUNT, REGION = "123456789012", "us-east-1"


@pytest.fixture
def backend(clients: Clients) -> Any:
    """The backend of an empty account."""
    return kms_backends[ACCOUNT][REGION]


def test_it_has_its_account_and_its_region(backend: Any) -> None:
    assert (backend.account_id, backend.region_name) == (ACCOUNT, REGION)
    assert (backend.store.account_id, backend.store.region) == (ACCOUNT, REGION)


def test_a_key_has_the_properties_that_it_was_created_with(backend: Any) -> None:
    policy = {"Version": "2012-10-17", "Statement": []}
    key = backend.create_key(policy, description="mine", tags=[{"Key": "a", "Value": "b"}, {}]).key
    assert (json.loads(key.policy), key.description, key.tags) == (policy, "mine", {"a": "b"})
    assert backend.create_key(json.dumps(policy)).key.policy == json.dumps(policy)


def test_a_key_without_properties_has_the_defaults(backend: Any) -> None:
    key = backend.create_key(None).key
    assert json.loads(key.policy)["Id"] == "key-default-1"
    assert (key.description, key.tags) == ("", {})


def test_a_key_is_found_by_each_of_its_names(backend: Any) -> None:
    key = backend.create_key(None)
    backend.create_alias(key.id, "alias/a")
    names = (key.id, key.arn, "alias/a", f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/a", f"key/{key.id}")
    assert {backend.describe_key(name).arn for name in names} == {key.arn}


def test_a_name_of_no_key_is_a_key_error(backend: Any) -> None:
    with pytest.raises(KeyError):
        backend.describe_key("alias/none")


def test_an_alias_is_pointed_at_another_key(backend: Any) -> None:
    one, other = backend.create_key(None), backend.create_key(None)
    made = backend.create_alias(one.id, "alias/a")
    moved = backend.update_alias(other.arn, "alias/a")
    arn = f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/a"
    assert (made.alias_name, made.alias_arn, moved.alias_arn) == ("alias/a", arn, arn)
    assert backend.describe_key("alias/a").id == other.id


def test_an_alias_has_the_time_of_the_account(backend: Any) -> None:
    mock_kms.advance(days=30, account=ACCOUNT)
    key = backend.create_key(None)
    backend.create_alias(key.id, "alias/a")
    alias = backend.store.aliases["alias/a"]
    assert alias.created == alias.updated
    assert (alias.created - key.key.created).total_seconds() < 3600


def test_a_key_is_deleted_with_its_own_aliases(backend: Any) -> None:
    gone, kept = backend.create_key(None), backend.create_key(None)
    backend.create_alias(gone.id, "alias/gone")
    backend.create_alias(kept.id, "alias/kept")
    backend.delete_key(gone.id)
    assert (list(backend.store.keys), list(backend.store.aliases)) == ([kept.id], ["alias/kept"])


def test_an_alias_that_is_not_there_may_be_deleted(backend: Any) -> None:
    backend.delete_alias("alias/none")
    assert not backend.alias_exists("alias/none")


def test_the_alias_of_an_aws_managed_key_exists_once_it_is_asked_for(backend: Any) -> None:
    assert backend.alias_exists("alias/aws/ebs")
    assert list(backend.store.aliases) == ["alias/aws/ebs"]


def test_tags_are_those_of_the_tagging_service(backend: Any) -> None:
    key = backend.create_key(None)
    backend.tag_resource(key.arn, {"a": "1", "b": "2"})
    backend.untag_resource(key.arn, ["b", "none"])
    (found,) = backend.iter_tagged_resources()
    assert (found.arn, found.tags, found.resource_type) == (key.arn, {"a": "1"}, "kms:key")


@pytest.mark.parametrize(("enabled", "state"), [(True, "Enabled"), (False, "Disabled")])
def test_cloudformation_enables_and_rotates_a_key(backend: Any, enabled: bool, state: str) -> None:
    resource = backend.create_key(None)
    resource.enabled = enabled
    resource.key_rotation_status = enabled
    assert (resource.key.key_state, resource.is_created()) == (state, True)
    assert (resource.key.shared.rotation_period is not None) is enabled


def test_a_template_asks_a_key_for_its_arn_and_its_id_and_an_alias_for_nothing(
    backend: Any,
) -> None:
    key = backend.create_key(None)
    alias = backend.create_alias(key.id, "alias/a")
    asked = {name: key.has_cfn_attr(name) for name in ("Arn", "KeyId", "Other")}
    assert asked == {"Arn": True, "KeyId": True, "Other": False}
    assert [key.get_cfn_attribute(name) for name in ("Arn", "KeyId")] == [key.arn, key.id]
    assert (key.physical_resource_id, alias.physical_resource_id) == (key.id, "alias/a")
    assert alias.has_cfn_attr("Arn") is False
    alias.delete(ACCOUNT, REGION)
    key.delete(ACCOUNT, REGION)
    assert (backend.store.keys, backend.store.aliases) == ({}, {})
