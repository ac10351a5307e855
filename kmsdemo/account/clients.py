"""Creates all boto3 clients, with the same time-outs and retries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import botocore.session
from botocore.config import Config
from botocore.loaders import create_loader

from kmsdemo import errors
from kmsdemo.account import environment, retries
from kmsdemo.aws_errors import translate_errors

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_cloudtrail import CloudTrailClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_sts import STSClient

# Shared by all sessions: otherwise each reads AWS's service models from the disk again.
_LOADER = create_loader()

MAX_ATTEMPTS = 3
# The standard mode retries with exponential backoff and jitter, and gives up early if most calls
# are throttled. The adaptive mode also sends less as soon as AWS throttles, for as long as it does.
STANDARD: Final = "standard"
ADAPTIVE: Final = "adaptive"
CONFIG = Config(
    connect_timeout=4,
    read_timeout=10,
    max_pool_connections=50,  # one client may serve as many threads
    retries={"mode": STANDARD, "total_max_attempts": MAX_ATTEMPTS},
)


# Two Regions of each partition that are enabled in every account.
_REGIONS = {
    "aws": ("eu-west-1", "us-east-1"),
    "aws-cn": ("cn-north-1", "cn-northwest-1"),
    "aws-us-gov": ("us-gov-west-1", "us-gov-east-1"),
}


@dataclass(frozen=True)
class Clients:
    """The clients of one caller in one Region, each created at its first use.

    Attributes:
        botocore_session: The session with the caller's credentials and the Region.
        endpoint_url: The endpoint of all services; ``None`` for the configured one.
        max_attempts: How often a call is tried.
        retry_mode: ``standard``, or ``adaptive`` to wait out throttling.

    Raises:
        NoRegion: No Region is configured.
        InvalidConfiguration: The configured endpoint is not a valid URL.
    """

    botocore_session: botocore.session.Session
    endpoint_url: str | None = None
    max_attempts: int = MAX_ATTEMPTS
    retry_mode: str = STANDARD

    @cached_property
    def session(self) -> boto3.Session:
        """The session of boto3, for programs that ask for one; our clients need none of it."""
        import boto3  # noqa: PLC0415, a twentieth of the time of a command

        return boto3.Session(botocore_session=self.botocore_session)

    @cached_property
    def kms(self) -> KMSClient:
        """The AWS KMS client."""
        client: KMSClient = self._client("kms")
        return client

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        """The DynamoDB client."""
        client: DynamoDBClient = self._client("dynamodb")
        return client

    @cached_property
    def iam(self) -> IAMClient:
        """The IAM client."""
        client: IAMClient = self._client("iam")
        return client

    @cached_property
    def sts(self) -> STSClient:
        """The AWS STS client."""
        client: STSClient = self._client("sts")
        return client

    @cached_property
    def cloudtrail(self) -> CloudTrailClient:
        """The AWS CloudTrail client."""
        client: CloudTrailClient = self._client("cloudtrail")
        return client

    def _client(self, service: Any) -> Any:
        with _configured():
            how_often: Any = {"mode": self.retry_mode, "total_max_attempts": self.max_attempts}
            config = CONFIG.merge(Config(retries=how_often))
            client: Any = self.botocore_session.create_client(
                service, endpoint_url=self.endpoint_url, config=config
            )
            _ = urlsplit(client.meta.endpoint_url).port  # botocore reads it only with each request
            return client

    @property
    def another_region(self) -> str:
        """Another Region for replicas of this Region's multi-Region keys, such as ``eu-west-1``.

        Replicas are in the same partition.

        AWS: "Multi-Region keys", AWS KMS Developer Guide.
        """
        partition = self.kms.meta.partition
        one, other = _REGIONS.get(partition, _REGIONS["aws"])
        return other if self.kms.meta.region_name == one else one

    def in_region(self, region: str) -> Clients:
        """Return the default caller's clients in another Region, such as ``eu-west-1``."""
        return connect(region=region, max_attempts=self.max_attempts, retry_mode=self.retry_mode)


def connect(
    *,
    access_key_id: str | None = None,
    secret_access_key: str | None = None,
    region: str | None = None,
    endpoint_url: str | None = None,
    application: str | None = None,
    max_attempts: int = MAX_ATTEMPTS,
    retry_mode: str = STANDARD,
) -> Clients:
    """Return the clients of a caller. boto3 finds what is not given in its usual configuration.

    Args:
        access_key_id: The access key id of the caller.
        secret_access_key: The secret access key of the caller.
        region: The Region, such as ``eu-west-1``.
        endpoint_url: The endpoint of all services.
        application: The application id in the user agent of each request.
        max_attempts: How often a call is tried.
        retry_mode: ``standard``, or ``adaptive`` to wait out throttling.

    Raises:
        InvalidConfiguration: ``AWS_PROFILE`` does not exist, or a configuration file or a variable
            is invalid.

    AWS: "Configuration" and "Retries", boto3 documentation.
    """
    with _configured():
        environment.check_printable()
        session = botocore.session.Session()
        session.register_component("data_loader", _LOADER)
        retries.adjust(session, max_attempts)
        if application:
            session.set_config_variable("user_agent_appid", application)
        if region:
            session.set_config_variable("region", region)
        if access_key_id and secret_access_key:
            session.set_credentials(access_key_id, secret_access_key)
        return Clients(session, endpoint_url, max_attempts, retry_mode)


@contextmanager
def _configured() -> Iterator[None]:
    try:
        with translate_errors():
            yield
    except ValueError as error:  # botocore raises it for an endpoint that is not a URL
        raise errors.InvalidConfiguration(f"{error}.") from error
