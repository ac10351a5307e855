"""moto's other services find the sandbox's AWS KMS, and its keys theirs."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.backends import get_backend
from moto.kms.models import Alias, Key, kms_backends
from moto.ses.models import ses_backends

from kmsdemo.sandbox import mock_kms
from kmsdemo.sandbox.moto_kms.models import KmsBackend

REGION, ACCOUNT = "us-east-1", "123456789012"


@pytest.fixture(autouse=True)
def sandbox() -> Iterator[None]:
    """An empty sandbox, also where another test has left one that runs."""
    with mock_kms() as running:
        running.empty()
        yield


def client(service: str) -> Any:
    return boto3.client(service, region_name=REGION)  # type: ignore[call-overload]


def new_key() -> Any:
    return client("kms").create_key()["KeyMetadata"]


def default_policy() -> Any:
    return json.loads(client("kms").get_key_policy(KeyId=new_key()["KeyId"])["Policy"])


def test_ebs_creates_its_aws_managed_key() -> None:
    volume = client("ec2").create_volume(AvailabilityZone="us-east-1a", Size=1, Encrypted=True)
    key_id = volume["KmsKeyId"]
    metadata = client("kms").describe_key(KeyId=key_id)["KeyMetadata"]
    assert metadata["KeyManager"] == "AWS"
    (alias,) = client("kms").list_aliases()["Aliases"]
    assert (alias["AliasName"], alias["TargetKeyId"]) == ("alias/aws/ebs", metadata["KeyId"])


def test_ebs_finds_a_customer_managed_key() -> None:
    key = new_key()
    answer = client("ec2").modify_ebs_default_kms_key_id(KmsKeyId=key["KeyId"])
    assert answer["KmsKeyId"] == key["Arn"]


def test_dynamodb_encrypts_a_table_with_its_aws_managed_key() -> None:
    description = client("dynamodb").create_table(
        TableName="mine",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True, "SSEType": "KMS"},
    )["TableDescription"]
    arn = description["SSEDescription"]["KMSMasterKeyArn"]
    assert client("kms").describe_key(KeyId=arn)["KeyMetadata"]["KeyManager"] == "AWS"


@pytest.mark.parametrize("named_by", ["KeyId", "Arn"])
def test_rds_finds_a_key(named_by: str) -> None:
    key = new_key()
    assert get_backend("rds")[ACCOUNT][REGION]._validate_kms_key(key[named_by]) == key["Arn"]


def test_ses_finds_a_key_and_no_other() -> None:
    backend = ses_backends[ACCOUNT][REGION]
    backend._validate_kms_key(new_key()["Arn"])


def test_tags_of_keys_are_found_by_the_tagging_service() -> None:
    key = client("kms").create_key(Tags=[{"TagKey": "team", "TagValue": "blue"}])["KeyMetadata"]
    (found,) = client("resourcegroupstaggingapi").get_resources()["ResourceTagMappingList"]
    assert found == {"ResourceARN": key["Arn"], "Tags": [{"Key": "team", "Value": "blue"}]}


def test_the_tagging_service_tags_a_key() -> None:
    key, tagging = new_key(), client("resourcegroupstaggingapi")
    tagging.tag_resources(ResourceARNList=[key["Arn"]], Tags={"team": "blue", "a": "b"})
    tagging.untag_resources(ResourceARNList=[key["Arn"]], TagKeys=["a", "not there"])
    tags = client("kms").list_resource_tags(KeyId=key["KeyId"])["Tags"]
    assert tags == [{"TagKey": "team", "TagValue": "blue"}]


def in_template(resource: type[Any], **properties: Any) -> Any:
    """Create a resource as CloudFormation does once it has read a template."""
    return resource.create_from_cloudformation_json(
        "Mine", {"Properties": properties}, ACCOUNT, REGION
    )


@pytest.mark.parametrize(("enabled", "state"), [(True, "Enabled"), (False, "Disabled")])
def test_the_key_of_a_template_has_its_properties(enabled: bool, state: str) -> None:
    key = in_template(
        Key,
        KeyPolicy=default_policy(),
        Description="of a stack",
        Tags=[{"Key": "team", "Value": "blue"}],
        Enabled=enabled,
        EnableKeyRotation=True,
    )
    kms = client("kms")
    metadata = kms.describe_key(KeyId=key.physical_resource_id)["KeyMetadata"]
    assert (metadata["KeyState"], metadata["Description"]) == (state, "of a stack")
    assert kms.list_resource_tags(KeyId=key.id)["Tags"] == [{"TagKey": "team", "TagValue": "blue"}]
    assert key.is_created()
    attributes = [
        key.get_cfn_attribute(name) for name in ("Arn", "KeyId") if key.has_cfn_attr(name)
    ]
    assert attributes == [metadata["Arn"], metadata["KeyId"]]


def test_what_a_stack_deletes_is_not_there() -> None:
    key = in_template(Key, KeyPolicy=default_policy())
    alias = in_template(Alias, AliasName="alias/mine", TargetKeyId=key.id)
    kms = client("kms")
    assert kms.describe_key(KeyId=alias.physical_resource_id)["KeyMetadata"]["KeyId"] == key.id
    assert not alias.has_cfn_attr("Arn")
    alias.delete(ACCOUNT, REGION)
    assert kms.list_aliases()["Aliases"] == []
    key.delete(ACCOUNT, REGION)
    with pytest.raises(ClientError, match="NotFoundException"):
        kms.describe_key(KeyId=key.id)


@pytest.mark.thorough  # which has moto's needs for it
def test_cloudformation_creates_a_key_with_an_alias_and_deletes_them() -> None:
    pytest.importorskip("openapi_spec_validator", reason="it is in tox -e thorough")
    template = {
        "Resources": {
            "Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": default_policy()}},
            "Alias": {
                "Type": "AWS::KMS::Alias",
                "Properties": {"AliasName": "alias/mine", "TargetKeyId": {"Ref": "Key"}},
            },
        },
        "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["Key", "Arn"]}}},
    }
    cloudformation = client("cloudformation")
    cloudformation.create_stack(StackName="mine", TemplateBody=json.dumps(template))
    (stack,) = cloudformation.describe_stacks(StackName="mine")["Stacks"]
    described = client("kms").describe_key(KeyId="alias/mine")["KeyMetadata"]
    assert stack["Outputs"][0]["OutputValue"] == described["Arn"]
    cloudformation.delete_stack(StackName="mine")
    with pytest.raises(ClientError, match="NotFoundException"):
        client("kms").describe_key(KeyId="alias/mine")


def test_the_keys_of_a_region_can_be_pickled() -> None:
    key = new_key()
    blob = client("kms").encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    pickled = pickle.dumps(kms_backends[ACCOUNT][REGION])
    mock_kms.empty()
    restored = pickle.loads(pickled)
    assert isinstance(restored, KmsBackend)
    kms_backends[ACCOUNT][REGION] = restored
    assert client("kms").decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
