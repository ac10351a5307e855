"""A pool of a few keys for a run in a real account: scenarios use them one after another.

A key costs money and cannot be deleted in less than 7 days. So a scenario that creates a key gets
a free one of the pool, if there is one, reset to the state of a new key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.session import Session

from kmsdemo import errors, keys
from kmsdemo.account.clients import CONFIG, Clients
from kmsdemo.shared_account.errors import TooManyKeys
from kmsdemo.shared_account.key_reset import prepare_reset
from kmsdemo.shared_account.tags import Tags

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_kms.type_defs import KeyMetadataTypeDef

MAX_KEYS: Final = 5
_REQUEST_PARAMETERS: Final = "kmsdemo_request_parameters"

_Answer = tuple[AWSResponse, Mapping[str, Any]]


@dataclass
class KeyPool:
    """Answers CreateKey and ReplicateKey with a free key of the pool, if there is one.

    Otherwise AWS creates the key, up to :data:`MAX_KEYS` keys, including replicas.

    Args:
        clients: The clients that reset keys.
        tags: The tags of the run.
    """

    clients: Clients
    tags: Tags
    made: int = 0
    _last_error: str = "all are in use."
    _free: list[str] = field(default_factory=list)
    _new_metadata: dict[str, KeyMetadataTypeDef] = field(default_factory=dict)

    def register_handlers(self, session: Session) -> None:
        """Answer calls of the clients created from this session, with its credentials."""
        for operation, answer in (("CreateKey", self._create), ("ReplicateKey", self._replicate)):
            session.register(f"before-parameter-build.kms.{operation}", _keep_parameters)
            handler = partial(self._answer, answer, session)
            session.register(f"before-call.kms.{operation}", cast("Any", handler))
        session.register("after-call.kms.CreateKey", self._keep_metadata)

    def prepare_return(self, key_id: str) -> Callable[[], None]:
        """Read a key, and return a function that resets it and returns it to the pool.

        Args:
            key_id: Key id.

        Raises:
            KmsdemoError: A call fails. The returned function raises it too; the pool does not
                use the key again.
        """
        with self._recorded_error():
            reset = prepare_reset(self.clients.kms, key_id, keeping=self.tags.as_text())

        def return_to_pool() -> None:
            with self._recorded_error():
                reset()
            self._free.append(key_id)

        return return_to_pool

    def _answer(self, answer: _FromPool, session: Session, **event: Any) -> _Answer | None:
        kms = cast("KMSClient", session.create_client("kms", config=CONFIG))
        answered = answer(kms, event["context"][_REQUEST_PARAMETERS])
        if answered is None:
            self._count()
            return None
        return AWSResponse("", 200, HTTPHeaders(), None), {**answered, **_SUCCESS}

    def _create(self, kms: KMSClient, parameters: dict[str, Any]) -> dict[str, Any] | None:
        multi_region = parameters.get("MultiRegion", False)
        for key_id in self._free:
            if key_id.startswith("mrk-") == multi_region:
                description = parameters.get("Description", "")
                kms.update_key_description(KeyId=key_id, Description=description)
                kms.tag_resource(KeyId=key_id, Tags=parameters["Tags"])
                self._free.remove(key_id)
                return {"KeyMetadata": {**self._new_metadata[key_id], "Description": description}}
        return None

    def _replicate(self, kms: KMSClient, parameters: dict[str, Any]) -> dict[str, Any] | None:
        key_id, region = parameters["KeyId"], parameters["ReplicaRegion"]
        if region not in keys.replica_regions(kms, key_id):
            return None
        replica = self.clients.in_region(region).kms.describe_key(KeyId=key_id)
        return {"ReplicaKeyMetadata": replica["KeyMetadata"]}

    def _keep_metadata(self, **event: Any) -> None:
        if metadata := event["parsed"].get("KeyMetadata"):
            self._new_metadata[metadata["KeyId"]] = metadata

    def _count(self) -> None:
        """Count before the call: the key exists even if the response is lost."""
        if self.made == MAX_KEYS:
            raise TooManyKeys(self.made, self._last_error)
        self.made += 1

    @contextmanager
    def _recorded_error(self) -> Iterator[None]:
        try:
            yield
        except errors.KmsdemoError as error:
            self._last_error = error.what
            raise


_FromPool = Callable[["KMSClient", dict[str, Any]], dict[str, Any] | None]
_SUCCESS: Final = {"ResponseMetadata": {"HTTPStatusCode": 200}}


def _keep_parameters(**event: Any) -> None:
    event["context"][_REQUEST_PARAMETERS] = event["params"]
