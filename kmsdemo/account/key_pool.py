"""The few keys of a run in a real account: each serves one scenario after another.

A key costs money, and cannot be thrown away sooner than in 7 days. So a scenario that creates a
key gets one that another scenario is done with, if there is one, put back to what a new key is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from botocore.awsrequest import AWSResponse
from botocore.session import Session

from kmsdemo import errors, keys
from kmsdemo.account.clients import Clients
from kmsdemo.account.key_renewal import renew
from kmsdemo.account.tags import Tags

MOST_KEYS: Final = 5
_WISHES: Final = "kmsdemo_wishes"

_Answer = tuple[AWSResponse, dict[str, Any]]


@dataclass
class KeyPool:
    """Answers CreateKey and ReplicateKey with a key that is free, where there is one.

    Args:
        clients: What keys are put back with.
        tags: The run's.
        most_keys: How many may be made, replicas counted.
    """

    clients: Clients
    tags: Tags
    most_keys: int = MOST_KEYS
    made: int = 0
    _free: list[str] = field(default_factory=list)

    def watch(self, session: Session) -> None:
        """Answer for the clients made from this session."""
        for operation in ("CreateKey", "ReplicateKey"):
            session.register(f"before-parameter-build.kms.{operation}", self._remember_wishes)
        session.register("before-call.kms.CreateKey", self._create)
        session.register("before-call.kms.ReplicateKey", self._replicate)

    def put_back(self, key_id: str) -> None:
        """Make a key like a new one and keep it for the next scenario.

        Raises:
            KmsdemoError: It could not be done; the key is not used again.
        """
        renew(self.clients.kms, key_id, keeping=self.tags.as_text())
        self._free.append(key_id)

    def _remember_wishes(self, params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        context[_WISHES] = dict(params)

    def _create(self, context: dict[str, Any], **_: Any) -> _Answer | None:
        wishes = context[_WISHES]
        multi_region = wishes.get("MultiRegion", False)
        for key_id in self._free:
            if key_id.startswith("mrk-") == multi_region:
                self._free.remove(key_id)
                return self._as_wished(key_id, wishes)
        self._count()
        return None

    def _as_wished(self, key_id: str, wishes: dict[str, Any]) -> _Answer:
        kms = self.clients.kms
        kms.update_key_description(KeyId=key_id, Description=wishes.get("Description", ""))
        if wishes.get("Tags"):
            kms.tag_resource(KeyId=key_id, Tags=wishes["Tags"])
        return _answered(KeyMetadata=kms.describe_key(KeyId=key_id)["KeyMetadata"])

    def _replicate(self, context: dict[str, Any], **_: Any) -> _Answer | None:
        wishes = context[_WISHES]
        key_id, region = wishes["KeyId"], wishes["ReplicaRegion"]
        if region not in keys.replica_regions(self.clients.kms, key_id):
            self._count()
            return None
        replica = self.clients.in_region(region).kms.describe_key(KeyId=key_id)
        return _answered(ReplicaKeyMetadata=replica["KeyMetadata"])

    def _count(self) -> None:
        """Count before the call: a key whose answer is lost is there all the same."""
        if self.made == self.most_keys:
            raise errors.TooManyKeys(self.made)
        self.made += 1


def _answered(**answer: Any) -> _Answer:
    metadata = {"ResponseMetadata": {"HTTPStatusCode": 200}}
    return AWSResponse("", 200, {}, None), {**answer, **metadata}
