"""boto3 clients, made in one place: the same time-outs and retries everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import ConnectTimeoutError
from botocore.loaders import create_loader

from kmsdemo import errors
from kmsdemo.aws_errors import translated

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_sts import STSClient

# One for all sessions: each would otherwise read AWS's models from the disk for itself.
_LOADER = create_loader()

# The standard mode waits a random time, which doubles, before it tries again.
CONFIG = Config(
    connect_timeout=4,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 3},
)


# Of each partition, two that every account there may use at once.
_REGIONS = {
    "aws": ("eu-west-1", "us-east-1"),
    "aws-cn": ("cn-north-1", "cn-northwest-1"),
    "aws-us-gov": ("us-gov-west-1", "us-gov-east-1"),
}


@dataclass(frozen=True)
class Clients:
    """The clients of one caller in one Region, each made when it is first asked for.

    Raises:
        NoRegion: No Region is configured.
        InvalidConfiguration: The configured endpoint is no URL.
    """

    session: boto3.Session
    endpoint_url: str | None = None

    @cached_property
    def kms(self) -> KMSClient:
        """The client of AWS KMS."""
        client: KMSClient = self._client("kms")
        return client

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        """The client of DynamoDB."""
        client: DynamoDBClient = self._client("dynamodb")
        return client

    @cached_property
    def iam(self) -> IAMClient:
        """The client of IAM."""
        client: IAMClient = self._client("iam")
        return client

    @cached_property
    def sts(self) -> STSClient:
        """The client of STS."""
        client: STSClient = self._client("sts")
        return client

    def _client(self, service: Any) -> Any:
        with _configured():
            return self.session.client(service, endpoint_url=self.endpoint_url, config=CONFIG)

    @property
    def another_region(self) -> str:
        """A Region that keys of this one can have replicas in, such as ``eu-west-1``.

        AWS: "Multi-Region keys", AWS KMS Developer Guide: replicas are in the same partition.
        """
        partition = self.kms.meta.partition
        one, other = _REGIONS.get(partition, _REGIONS["aws"])
        return other if self.session.region_name == one else one

    def in_region(self, region: str) -> Clients:
        """Return the default caller's clients in another Region, such as ``eu-west-1``."""
        return connect(region=region)


def connect(
    *,
    access_key_id: str | None = None,
    secret_access_key: str | None = None,
    region: str | None = None,
    endpoint_url: str | None = None,
    application: str | None = None,
) -> Clients:
    """Return clients for a caller; whatever is not given comes from where boto3 looks for it.

    Args:
        access_key_id: The caller's access key.
        secret_access_key: Its secret.
        region: Such as ``eu-west-1``.
        endpoint_url: Where AWS is.
        application: The application id in the user agent of each call.

    Raises:
        InvalidConfiguration: ``AWS_PROFILE`` names no profile, or the files cannot be read.

    AWS: "Configuration", boto3 documentation.
    """
    with _configured():
        session = botocore.session.Session()
        session.register_component("data_loader", _LOADER)
        session.register("needs-retry", _give_up_on_silence)
        if application:
            session.set_config_variable("user_agent_appid", application)
        return Clients(
            boto3.Session(
                aws_access_key_id=access_key_id,
                aws_secret_access_key=secret_access_key,
                region_name=region,
                botocore_session=session,
            ),
            endpoint_url,
        )


def _give_up_on_silence(caught_exception: Exception | None = None, **_: Any) -> None:
    """Try no second time where nobody answers: TCP itself has knocked three times by then."""
    if isinstance(caught_exception, ConnectTimeoutError):
        raise caught_exception


@contextmanager
def _configured() -> Iterator[None]:
    try:
        with translated():
            yield
    except ValueError as error:  # botocore, of an endpoint that is no URL
        raise errors.InvalidConfiguration(f"{error}.") from error
