"""Accounts apart: who names another account's things learns and changes nothing.

Every operation that the four services have is called with the names of somebody else's things,
and again with names of things that do not exist. The answers are the same, and what is somebody
else's stays as it was.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError
from botocore.model import OperationModel

from kmsdemo.account.clients import Clients
from kmsdemo.sandbox.access import access_keys
from kmsdemo.sandbox.access.access_keys import ClassKeys
from kmsdemo.sandbox.http.server import Server
from tests.sandbox.access.callers import ALLOW_ALL, ClassSandbox, policy, trust

pytestmark = pytest.mark.program  # it calls every operation twice, which takes long
SERVICES = ("kms", "dynamodb", "iam", "sts")
VICTIM, ATTACKER, GUESSING = "200000000001", "200000000002", "200000000003"
KEYS = {account: access_keys.generate(account) for account in (VICTIM, ATTACKER, GUESSING)}
CLASS = ClassKeys(
    accounts={key.access_key_id: account for account, key in KEYS.items()},
    secrets={key.access_key_id: key.secret for key in KEYS.values()},
    instructor="",
)
PASSWORD = "correct horse battery staple"

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MODELS = {name: botocore.session.Session().get_service_model(name) for name in SERVICES}


@dataclass
class OwnedResources:
    """What somebody has, by the parameters that name it."""

    named: Mapping[str, Any]

    def find(self, parameter: str) -> Any:
        """Return what a parameter may name; nothing where it names nothing of anybody's."""
        return self.named.get(re.sub(r"^(Source|Destination|Target|Replica)", "", parameter))


@pytest.fixture
def at(clients: Clients) -> Iterator[ClassSandbox]:
    """The sandbox of a class."""
    with access_keys.restricted_to(CLASS), Server().in_background() as url:
        yield ClassSandbox(url)


@cache
def client(at: ClassSandbox, service: str, account: str = VICTIM) -> Any:
    return at.client(service, KEYS[account].access_key_id, KEYS[account].secret)


def resources_of(at: ClassSandbox, account: str, suffix: str) -> OwnedResources:
    """Create everything that somebody may have."""
    kms, dynamodb, iam = (client(at, service, account) for service in SERVICES[:3])
    key = kms.create_key(Tags=[{"TagKey": "a", "TagValue": PASSWORD}])["KeyMetadata"]
    kms.create_alias(AliasName=f"alias/{suffix}", TargetKeyId=key["KeyId"])
    root = f"arn:aws:iam::{account}:root"
    grant = kms.create_grant(
        KeyId=key["KeyId"], GranteePrincipal=root, RetiringPrincipal=root, Operations=["Decrypt"]
    )
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=PASSWORD.encode())["CiphertextBlob"]
    table = dynamodb.create_table(
        TableName=f"table-{suffix}",
        AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )["TableDescription"]
    item = {"a": {"S": "x"}, "b": {"S": PASSWORD}}
    dynamodb.put_item(TableName=f"table-{suffix}", Item=item)
    backup = dynamodb.create_backup(TableName=f"table-{suffix}", BackupName="backup")
    iam.create_user(UserName=f"user-{suffix}")
    access_key = iam.create_access_key(UserName=f"user-{suffix}")["AccessKey"]
    iam.create_group(GroupName=f"group-{suffix}")
    iam.add_user_to_group(GroupName=f"group-{suffix}", UserName=f"user-{suffix}")
    role = iam.create_role(RoleName=f"role-{suffix}", AssumeRolePolicyDocument=trust({"AWS": root}))
    managed = iam.create_policy(PolicyName=f"policy-{suffix}", PolicyDocument=policy(ALLOW_ALL))
    iam.attach_role_policy(RoleName=f"role-{suffix}", PolicyArn=(arn := managed["Policy"]["Arn"]))
    profile = f"profile-{suffix}"
    iam.create_instance_profile(InstanceProfileName=profile)
    return OwnedResources(
        {
            "KeyId": key["Arn"],
            "AliasName": f"alias/{suffix}",
            "CiphertextBlob": blob,
            "GrantId": grant["GrantId"],
            "GrantToken": grant["GrantToken"],
            "RetiringPrincipal": root,
            **dict.fromkeys(("TableName", "TableArn", "ResourceArn"), table["TableArn"]),
            "StreamArn": table["LatestStreamArn"],
            "BackupArn": backup["BackupDetails"]["BackupArn"],
            "UserName": f"user-{suffix}",
            "AccessKeyId": access_key["AccessKeyId"],
            "GroupName": f"group-{suffix}",
            "RoleName": f"role-{suffix}",
            "RoleArn": role["Role"]["Arn"],
            "PolicyArn": arn,
            "PolicySourceArn": arn,
            "PermissionsBoundary": arn,
            "InstanceProfileName": profile,
        }
    )


def nothing_like(resources: OwnedResources) -> OwnedResources:
    """Return names of the same form, of things that do not exist."""

    def unlike(value: Any) -> Any:
        if isinstance(value, bytes):
            return bytes(reversed(value))
        value = UUID.sub("00000000-0000-0000-0000-000000000000", value)
        value = re.sub("^[0-9a-f]{64}$", "0" * 64, value)
        return value.replace("victim", "nobody")

    named = {name: unlike(value) for name, value in resources.named.items()}
    named["AccessKeyId"] = access_keys.generate(VICTIM).access_key_id
    return OwnedResources(named)


def given(shape: Any, resources: OwnedResources, name: str = "") -> Any:
    """Return a value of a shape: somebody's things where it may name one, else the simplest."""
    found = resources.find(name)
    if found is not None and shape.type_name in ("string", "blob"):
        return found
    return SIMPLEST[shape.type_name](shape, resources, name)


def _structure(shape: Any, resources: OwnedResources, _: str) -> Any:
    return {
        member: given(of, resources, member)
        for member, of in shape.members.items()
        if member in shape.required_members or resources.find(member) is not None
    }


def _map(shape: Any, resources: OwnedResources, name: str) -> Any:
    key = resources.find("TableName") if name == "RequestItems" else "a"
    return {key: given(shape.value, resources)}


def _number(shape: Any, *_: Any) -> int:
    return max(7, int(shape.metadata.get("min", 7)))


SIMPLEST: dict[str, Callable[[Any, OwnedResources, str], Any]] = {
    "structure": _structure,
    "map": _map,
    "list": lambda shape, resources, name: [given(shape.member, resources, name.removesuffix("s"))],
    "string": lambda shape, _, name: _text(shape, name),
    "boolean": lambda *_: True,
    "blob": lambda *_: b"x" * 32,
    "timestamp": lambda *_: 1_700_000_000,
    **dict.fromkeys(("integer", "long", "float", "double"), _number),
}


def _text(shape: Any, name: str) -> str:
    if shape.enum:
        return str(shape.enum[0])
    if "PolicyDocument" in name or name == "Policy":
        return trust("*") if "Assume" in name else policy(ALLOW_ALL)
    return "x" * max(4, int(shape.metadata.get("min", 1)))


def answer(
    at: ClassSandbox, service: str, operation: str, resources: OwnedResources, attacker: str
) -> tuple[int, str]:
    """Call an operation as an attacker; return the status, and what is said, in one form."""
    model: OperationModel = MODELS[service].operation_model(operation)
    parameters = given(model.input_shape, resources) if model.input_shape else {}
    theirs = client(at, service, attacker)
    method = {v: k for k, v in theirs.meta.method_to_api_mapping.items()}[operation]
    try:
        answered = getattr(theirs, method)(**parameters)
    except ClientError as error:
        answered = error.response
    status = answered.pop("ResponseMetadata")["HTTPStatusCode"]
    untold = [
        str(it) for it in (PASSWORD, *resources.named.values()) if str(it) not in str(parameters)
    ]
    assert [it for it in untold if it in str(answered)] == []
    if status == 200:
        return status, ""
    return status, _without_names(str(answered["Error"]).replace(attacker, ATTACKER), resources)


def _without_names(said: str, resources: OwnedResources) -> str:
    names = {str(value) for value in resources.named.values()}
    parts = {part for name in names for part in (name, *re.split("[:/]", name)) if len(part) > 8}
    for part in sorted(parts, key=len, reverse=True):
        said = said.replace(part, "<a name>")
    return UUID.sub("<an id>", said)


def state(at: ClassSandbox) -> str:
    """Return all that the victim has."""
    kms, dynamodb, iam = (client(at, service) for service in SERVICES[:3])
    seen: list[Any] = [dynamodb.list_tables(), iam.get_account_authorization_details()]
    looks = (kms.describe_key, kms.list_aliases, kms.list_grants, kms.list_resource_tags)
    for key in kms.list_keys()["Keys"]:
        seen.extend(look(KeyId=key["KeyId"]) for look in (*looks, kms.get_key_rotation_status))
        seen.append(kms.get_key_policy(KeyId=key["KeyId"], PolicyName="default"))
    for table in dynamodb.list_tables()["TableNames"]:
        seen.extend(look(TableName=table) for look in (dynamodb.describe_table, dynamodb.scan))
    users = [user["UserName"] for user in iam.list_users()["Users"]]
    seen.extend(iam.list_access_keys(UserName=user) for user in users)
    for one in seen:
        one.pop("ResponseMetadata")
    return json.dumps(seen, default=str, sort_keys=True)


@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("service", "form"),
    [*product(SERVICES, ["as it is named", "by its bare name"]), ("kms", "by its alias")],
)
def test_naming_anothers_things_is_as_naming_what_is_not_there(
    at: ClassSandbox, service: str, form: str
) -> None:
    resources = in_form(resources_of(at, VICTIM, "victim"), form)
    nothing = nothing_like(resources)
    before = state(at)
    told = {}
    for operation in MODELS[service].operation_names:
        there = answer(at, service, operation, resources, ATTACKER)
        not_there = answer(at, service, operation, nothing, GUESSING)
        if there != not_there:
            told[operation] = (there, not_there)
    assert told == {}
    assert state(at) == before


def in_form(resources: OwnedResources, form: str) -> OwnedResources:
    """Return the things named otherwise."""
    named = dict(resources.named)
    if form == "by its bare name":
        for parameter in ("KeyId", "TableName", "RoleArn", "PolicyArn"):
            named[parameter] = str(named[parameter]).rpartition("/")[2]
    if form == "by its alias":
        named["KeyId"] = f"{named['KeyId'].rpartition(':')[0]}:alias/victim"
    return OwnedResources(named)
