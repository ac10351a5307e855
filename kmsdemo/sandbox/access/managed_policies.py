"""IAM policies that are attached by name: those of AWS, and permissions boundaries of users.

moto has the policies of AWS only where it loads all of them at the start, and boundaries only of
roles.

AWS: "AWS managed policies" and "Permissions boundaries for IAM entities", IAM User Guide.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any, Final

from moto.core.responses import ActionResult, EmptyResult
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.exceptions import NotFoundException
from moto.iam.models import AWSManagedPolicy, IAMBackend, User
from moto.iam.responses import IamResponse

_moto_create_user = IamResponse.create_user


@cache
def _all() -> dict[str, Any]:
    """Return the AWS managed policies that moto knows, by name; parsing them takes 0.1 s."""
    return dict(json.loads(aws_managed_policies_data))


def add_of_aws(iam: IAMBackend, arn: str) -> None:
    """Add an AWS managed policy to an account, unless it exists or AWS has none with that ARN."""
    owner, _, path = arn.partition(":policy/")
    name = path.rpartition("/")[2]
    if not owner.endswith(":iam::aws") or arn in iam.managed_policies or name not in _all():
        return
    policy = AWSManagedPolicy.from_data(name, iam.account_id, iam.region_name, _all()[name])
    if policy.arn == arn:
        iam.managed_policies[arn] = policy
        iam.aws_managed_policies.append(policy)


def _with_policies_of_aws(moto_attach: Callable[..., None]) -> Callable[..., None]:
    """Return an operation that attaches a policy, also one of AWS."""

    def attach(iam: IAMBackend, policy_arn: str, *args: Any, **kwargs: Any) -> None:
        add_of_aws(iam, policy_arn)
        moto_attach(iam, policy_arn, *args, **kwargs)

    return attach


def _create_user(response: IamResponse) -> ActionResult:
    """Replace ``create_user``, which drops the permissions boundary."""
    boundary = response._get_param("PermissionsBoundary")
    _check_exists(response.backend, boundary)
    answer = _moto_create_user(response)
    _set_boundary(response.backend.get_user(response._get_param("UserName")), boundary)
    return answer


def _put_user_permissions_boundary(response: IamResponse) -> ActionResult:
    """Add ``put_user_permissions_boundary``, which moto does not have."""
    user = response.backend.get_user(response._get_param("UserName"))
    boundary = response._get_param("PermissionsBoundary")
    _check_exists(response.backend, boundary)
    _set_boundary(user, boundary)
    return EmptyResult()


def _delete_user_permissions_boundary(response: IamResponse) -> ActionResult:
    """Add ``delete_user_permissions_boundary``, which moto does not have."""
    _set_boundary(response.backend.get_user(response._get_param("UserName")), None)
    return EmptyResult()


def _put_role_permissions_boundary(iam: IAMBackend, role_name: str, boundary: str) -> None:
    """Replace ``put_role_permissions_boundary``, which accepts a policy that does not exist."""
    _check_exists(iam, boundary)
    iam.get_role(role_name).permissions_boundary_arn = boundary


def _check_exists(iam: IAMBackend, arn: str | None) -> None:
    if arn:
        add_of_aws(iam, arn)
        if arn not in iam.managed_policies:
            raise NotFoundException(f"Scope ARN: {arn} does not exist or is not attachable.")


def _set_boundary(user: User, arn: str | None) -> None:
    boundary = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn} if arn else None
    vars(user).update(permissions_boundary_arn=arn, permissions_boundary=boundary)


PATCHES: Final[tuple[tuple[Any, str, Any], ...]] = (
    *(
        (IAMBackend, name, _with_policies_of_aws(getattr(IAMBackend, name)))
        for name in ("attach_user_policy", "attach_role_policy", "attach_group_policy")
    ),
    (IAMBackend, "put_role_permissions_boundary", _put_role_permissions_boundary),
    (IamResponse, "create_user", _create_user),
    (IamResponse, "put_user_permissions_boundary", _put_user_permissions_boundary),
    (IamResponse, "delete_user_permissions_boundary", _delete_user_permissions_boundary),
)
"""The owner, the name and the replacement of each attribute of moto."""
