"""Who asks, in which account, as AWS itself says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmsdemo.aws_errors import translated

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient


@dataclass(frozen=True, slots=True)
class Caller:
    """The account's twelve digits, and the ARN of the user or role."""

    account: str
    arn: str

    @property
    def is_root(self) -> bool:
        """Whether it is the account's root user, who may do everything."""
        return self.arn.endswith(":root")


def identify(sts: STSClient) -> Caller:
    """Return who asks.

    Raises:
        NoCredentials, CredentialsExpired, CredentialsRefused: AWS does not know.
        EndpointUnreachable: Nobody answers.

    AWS: GetCallerIdentity, AWS STS API Reference.
    """
    with translated():
        answer = sts.get_caller_identity()
    return Caller(answer["Account"], answer["Arn"])
