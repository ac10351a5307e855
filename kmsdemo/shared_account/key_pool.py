"""The few keys of a run in a real account: each serves one scenario after another.

A key costs money, and cannot be thrown away sooner than in 7 days. So a scenario that creates a
key gets one that another scenario is done with, if there is one, put back to what a new key is.
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
from kmsdemo.shared_account.key_renewal import renewal
from kmsdemo.shared_account.tags import Tags

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_kms.type_defs import KeyMetadataTypeDef

MOST_KEYS: Final = 5
_WISHES: Final = "kmsdemo_wishes"

_Answer = tuple[AWSResponse, Mapping[str, Any]]


@dataclass
class KeyPool:
    """Answers CreateKey and ReplicateKey with a key that is free, where there is one.

    At most :data:`MOST_KEYS` are made, replicas counted.

    Args:
        clients: What keys are put back with.
        tags: The run's.
    """

    clients: Clients
    tags: Tags
    made: int = 0
    _trouble: str = "all are in use."
    _free: list[str] = field(default_factory=list)
    _when_new: dict[str, KeyMetadataTypeDef] = field(default_factory=dict)

    def watch(self, session: Session) -> None:
        """Answer for the clients made from this session, as the same caller."""
        for operation, answer in (("CreateKey", self._create), ("ReplicateKey", self._replicate)):
            session.register(f"before-parameter-build.kms.{operation}", _remember_wishes)
            handler = partial(self._answer, answer, session)
            session.register(f"before-call.kms.{operation}", cast("Any", handler))
        session.register("after-call.kms.CreateKey", self._note_new)

    def putting_back(self, key_id: str) -> Callable[[], None]:
        """Look at a key, and return what makes it like a new one, for the next scenario.

        Raises:
            KmsdemoError: As AWS says, also of what is returned; the key is not used again.
        """
        with self._noting_trouble():
            renew = renewal(self.clients.kms, key_id, keeping=self.tags.as_text())

        def put_back() -> None:
            with self._noting_trouble():
                renew()
            self._free.append(key_id)

        return put_back

    def _answer(self, answer: _FromPool, session: Session, **event: Any) -> _Answer | None:
        kms = cast("KMSClient", session.create_client("kms", config=CONFIG))
        answered = answer(kms, event["context"][_WISHES])
        if answered is None:
            self._count()
            return None
        return AWSResponse("", 200, HTTPHeaders(), None), {**answered, **_SUCCESS}

    def _create(self, kms: KMSClient, wishes: dict[str, Any]) -> dict[str, Any] | None:
        multi_region = wishes.get("MultiRegion", False)
        for key_id in self._free:
            if key_id.startswith("mrk-") == multi_region:
                description = wishes.get("Description", "")
                kms.update_key_description(KeyId=key_id, Description=description)
                kms.tag_resource(KeyId=key_id, Tags=wishes["Tags"])
                self._free.remove(key_id)
                return {"KeyMetadata": {**self._when_new[key_id], "Description": description}}
        return None

    def _replicate(self, kms: KMSClient, wishes: dict[str, Any]) -> dict[str, Any] | None:
        key_id, region = wishes["KeyId"], wishes["ReplicaRegion"]
        if region not in keys.replica_regions(kms, key_id):
            return None
        replica = self.clients.in_region(region).kms.describe_key(KeyId=key_id)
        return {"ReplicaKeyMetadata": replica["KeyMetadata"]}

    def _note_new(self, **event: Any) -> None:
        if metadata := event["parsed"].get("KeyMetadata"):
            self._when_new[metadata["KeyId"]] = metadata

    def _count(self) -> None:
        """Count before the call: a key whose answer is lost is there all the same."""
        if self.made == MOST_KEYS:
            raise TooManyKeys(self.made, self._trouble)
        self.made += 1

    @contextmanager
    def _noting_trouble(self) -> Iterator[None]:
        try:
            yield
        except errors.KmsdemoError as error:
            self._trouble = error.what
            raise


_FromPool = Callable[["KMSClient", dict[str, Any]], dict[str, Any] | None]
_SUCCESS: Final = {"ResponseMetadata": {"HTTPStatusCode": 200}}


def _remember_wishes(**event: Any) -> None:
    event["context"][_WISHES] = event["params"]
