"""The identity of the caller, as AWS STS returns it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmsdemo.aws_errors import translate_errors

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller of AWS.

    Attributes:
        account: The account id, 12 digits.
        arn: The ARN of the IAM user, the role session or the root user.
    """

    account: str
    arn: str

    @property
    def is_root(self) -> bool:
        """Whether the caller is the root user of the account."""
        return self.arn.endswith(":root")


def identify(sts: STSClient) -> Caller:
    """Return the identity of the caller.

    Raises:
        NoCredentials, CredentialsExpired, CredentialsRefused: The credentials are missing or
            invalid.
        EndpointUnreachable: AWS STS does not answer.

    AWS: GetCallerIdentity, AWS STS API Reference.
    """
    with translate_errors():
        answer = sts.get_caller_identity()
        return Caller(answer["Account"], answer["Arn"])
