"""Who may not: what a call is refused with, by what it names."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from kmsdemo import keys
from kmsdemo.account.clients import connect
from kmsdemo.keys import Key
from steps.iam_users import IamUser
from tests.sandbox.access.callers import OTHER_ACCOUNT, policy

ARN = "arn:aws:kms:us-east-1:123456789012"
NOBODY = "00000000-0000-0000-0000-000000000000"
BEN = "User: arn:aws:iam::123456789012:user/ben is not authorized to perform: "
NOT_BY_IAM = "because no identity-based policy allows the {} action"


def error_of(call: Any, **parameters: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as raised:
        call(**parameters)
    said = raised.value.response["Error"]
    return said["Code"], said.get("Message", "")


def stranger() -> Any:
    return connect(
        access_key_id=OTHER_ACCOUNT, secret_access_key="x", region="us-east-1"
    ).session.client("kms")


@pytest.mark.parametrize(
    ("operation", "parameters", "action", "resource"),
    [
        (
            "create_alias",
            {"AliasName": "alias/a", "TargetKeyId": "<key>"},
            "CreateAlias",
            f"{ARN}:alias/a",
        ),
        (
            "update_alias",
            {"AliasName": "alias/b", "TargetKeyId": "<key>"},
            "UpdateAlias",
            f"{ARN}:alias/b",
        ),
        ("delete_alias", {"AliasName": "alias/b"}, "DeleteAlias", f"{ARN}:alias/b"),
        (
            "list_retirable_grants",
            {"RetiringPrincipal": "arn:aws:iam::123456789012:user/ben"},
            "ListRetirableGrants",
            "arn:aws:iam::123456789012:user/ben",
        ),
    ],
)
def test_what_has_no_policy_of_its_own_needs_an_iam_policy(
    kms: Any,
    key: Key,
    ben: IamUser,
    operation: str,
    parameters: dict[str, str],
    action: str,
    resource: str,
) -> None:
    kms.create_alias(AliasName="alias/b", TargetKeyId=key.key_id)
    given = {name: value.replace("<key>", key.key_id) for name, value in parameters.items()}
    reason = NOT_BY_IAM.format(f"kms:{action}")
    assert error_of(getattr(ben.clients.kms, operation), **given) == (
        "AccessDeniedException",
        f"{BEN}kms:{action} on resource: {resource} {reason}",
    )


def test_a_ciphertext_of_another_accounts_key_says_nothing_of_the_key(kms: Any, key: Key) -> None:
    blob = kms.encrypt(KeyId=key.key_id, Plaintext=b"x")["CiphertextBlob"]
    assert error_of(stranger().decrypt, CiphertextBlob=blob) == (
        "AccessDeniedException",
        "The ciphertext refers to a customer master key that does not exist, does not exist in "
        "this region, or you are not allowed to access.",
    )


def test_a_key_that_another_account_has_not_is_denied_as_one_that_it_has(
    kms: Any, key: Key
) -> None:
    unknown = key.arn.replace(key.key_id, NOBODY)
    said = {error_of(stranger().describe_key, KeyId=arn) for arn in (key.arn, unknown)}
    assert {(code, text.replace(NOBODY, key.key_id)) for code, text in said} == {
        (
            "AccessDeniedException",
            f"User: arn:aws:iam::{OTHER_ACCOUNT}:root is not authorized to perform: "
            f"kms:DescribeKey on resource: {key.arn} because no resource-based policy allows the "
            "kms:DescribeKey action",
        )
    }


@pytest.mark.parametrize("disabled", ["source", "target"])
def test_re_encrypt_needs_both_keys_enabled(kms: Any, disabled: str) -> None:
    source, target = keys.create(kms), keys.create(kms)
    blob = kms.encrypt(KeyId=source.key_id, Plaintext=b"x")["CiphertextBlob"]
    arn = (source if disabled == "source" else target).arn
    kms.disable_key(KeyId=arn)
    asked = {"CiphertextBlob": blob, "DestinationKeyId": target.key_id}
    assert error_of(kms.re_encrypt, **asked) == ("DisabledException", f"{arn} is disabled.")


def test_the_condition_key_of_tags_has_those_of_a_replica(iam: Any, kms: Any, ben: IamUser) -> None:
    key_id = kms.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    tagged = {"StringEquals": {"aws:RequestTag/team": "blue"}}
    statements: list[dict[str, Any]] = [
        {"Effect": "Allow", "Action": "kms:ReplicateKey", "Resource": "*"},
        {"Effect": "Allow", "Action": "kms:CreateKey", "Resource": "*", "Condition": tagged},
        {"Effect": "Allow", "Action": "kms:TagResource", "Resource": "*"},
    ]
    iam.put_user_policy(UserName="ben", PolicyName="p", PolicyDocument=policy(*statements))
    asked = {"KeyId": key_id, "ReplicaRegion": "eu-west-1"}
    code, said = error_of(ben.clients.kms.replicate_key, **asked)
    assert (code, "kms:CreateKey" in said) == ("AccessDeniedException", True)
    of_ben: Any = {**asked, "Tags": [{"TagKey": "team", "TagValue": "blue"}]}
    iam.put_user_policy(UserName="ben", PolicyName="p", PolicyDocument=policy(*statements[:2]))
    code, said = error_of(ben.clients.kms.replicate_key, **of_ben)
    assert (code, "kms:TagResource" in said) == ("AccessDeniedException", True)
    iam.put_user_policy(UserName="ben", PolicyName="p", PolicyDocument=policy(*statements))
    answer = ben.clients.kms.replicate_key(**of_ben)
    assert answer["ReplicaTags"] == [{"TagKey": "team", "TagValue": "blue"}]
    assert json.loads(answer["ReplicaPolicy"])
