"""The services of the sandbox, with botocore's models of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from botocore.loaders import create_loader
from botocore.model import OperationModel, ServiceModel

_KIB: Final = 1024
_MAX_BODY_BYTES: Final = {
    "kms": 256 * _KIB,
    "dynamodb": 16 * _KIB * _KIB,  # the limit of BatchWriteItem
    "iam": 512 * _KIB,
    "sts": 512 * _KIB,
    "cloudtrail": 64 * _KIB,
}
NAMES: Final = tuple(_MAX_BODY_BYTES)
MAX_BODY_BYTES: Final = max(_MAX_BODY_BYTES.values())
"""The limit of the service that accepts the most."""


@dataclass(frozen=True)
class Service:
    """A service.

    Attributes:
        name: The name in a signature's scope, such as ``kms``.
        model: botocore's model of it.
    """

    name: str
    model: ServiceModel

    @cached_property
    def is_query(self) -> bool:
        """Whether it uses the query protocol instead of JSON."""
        return str(self.model.metadata["protocol"]) == "query"

    @cached_property
    def content_type(self) -> str:
        """The content type of its responses."""
        if self.is_query:
            return "text/xml"
        return f"application/x-amz-json-{self.model.metadata['jsonVersion']}"

    @cached_property
    def max_body_bytes(self) -> int:
        """The size of the largest request that it accepts, in bytes."""
        return _MAX_BODY_BYTES[self.name]

    def operation(self, name: str) -> OperationModel | None:
        """Return an operation; ``None`` if AWS has none with this name."""
        return self.model.operation_model(name) if name in self._operations else None

    @cached_property
    def _operations(self) -> frozenset[str]:
        return frozenset(self.model.operation_names)


@lru_cache(maxsize=len(NAMES))
def find(name: str) -> Service:
    """Return a service of the sandbox by name."""
    return Service(name, ServiceModel(create_loader().load_service_model(name, "service-2")))
