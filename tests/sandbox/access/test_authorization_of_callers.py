"""A caller and its policies: boundaries, groups, the root user."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from moto.iam.models import iam_backends

from kmsdemo.sandbox.access import authorization, principals
from kmsdemo.sandbox.refusal import Refusal
from steps.iam_users import IamUser, create_iam_user
from tests.sandbox.access.callers import ACCOUNT
from tests.sandbox.access.written_policies import ALLOWED, put_iam

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient


def written(statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def bounded(iam: IAMClient, boundary: str) -> IamUser:
    """Create a user with an IAM policy and a permissions boundary."""
    arn = iam.create_policy(PolicyName="b", PolicyDocument=boundary)["Policy"]["Arn"]
    ben = create_iam_user(iam, "ben")
    iam.put_user_permissions_boundary(UserName="ben", PermissionsBoundary=arn)
    put_iam(iam, "ben", {"Effect": "Allow", "Action": ["kms:*", "sts:*"], "Resource": "*"})
    return ben


def test_a_caller_has_all_kinds_of_policies_that_apply_to_it(iam: IAMClient) -> None:
    def document(action: str) -> str:
        return written({"Effect": "Allow", "Action": action, "Resource": "*"})

    ben = bounded(iam, document("*"))
    sts = ben.clients.session.client("sts")
    given = sts.get_federation_token(Name="guest", Policy=document("kms:Decrypt"))["Credentials"]
    principal = principals.find(given["AccessKeyId"])
    assert principal
    caller = authorization.caller_for(principal)
    kinds = (caller.policies, caller.session_policies, caller.boundary)
    assert [statement.action.patterns for (statement,) in kinds if statement.action] == [  # type: ignore[misc]
        ("kms:*", "sts:*"),
        ("kms:Decrypt",),
        ("*",),
    ]
    assert (caller.arn, caller.account, caller.names) == (principal.arn, ACCOUNT, principal.names)
    assert caller.own_names == principal.own_names
    assert caller.context()["aws:PrincipalType"] == ["FederatedUser"]


def test_the_root_user_has_no_policies() -> None:
    principal = principals.find(ACCOUNT)
    assert principal
    caller = authorization.caller_for(principal)
    assert (caller.policies, caller.session_policies, caller.boundary) == (None, None, None)


def test_a_boundary_that_is_gone_allows_nothing_and_says_so(iam: IAMClient) -> None:
    ben = bounded(iam, written(ALLOWED))
    arn = f"arn:aws:iam::{ACCOUNT}:policy/b"
    del iam_backends[ACCOUNT]["aws"].managed_policies[arn]
    principal = principals.find(
        iam.list_access_keys(UserName="ben")["AccessKeyMetadata"][0]["AccessKeyId"]
    )
    assert principal
    with pytest.raises(Refusal) as raised:
        authorization.caller_for(principal)
    assert raised.value.code == "AccessDeniedException"
    assert raised.value.message == (
        f"The sandbox cannot evaluate an IAM policy of {ben.arn}: "
        f"The permissions boundary {arn} of {ben.arn} does not exist."
    )
