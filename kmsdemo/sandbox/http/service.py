"""The services that the sandbox has, as AWS's own models describe them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from botocore.loaders import create_loader
from botocore.model import OperationModel, ServiceModel

_KIB: Final = 1024
_LARGEST_BODIES: Final = {
    "kms": 256 * _KIB,
    "dynamodb": 16 * _KIB * _KIB,  # what BatchWriteItem takes
    "iam": 512 * _KIB,
    "sts": 512 * _KIB,
}
NAMES: Final = tuple(_LARGEST_BODIES)
LARGEST_BODY: Final = max(_LARGEST_BODIES.values())
"""In bytes, whatever the service."""


@dataclass(frozen=True)
class Service:
    """A service.

    Attributes:
        name: As signatures name it: ``kms``.
        model: As botocore has it.
    """

    name: str
    model: ServiceModel

    @cached_property
    def is_query(self) -> bool:
        """Whether it speaks AWS's query protocol, not JSON."""
        return str(self.model.metadata["protocol"]) == "query"

    @cached_property
    def content_type(self) -> str:
        """What its answers are."""
        if self.is_query:
            return "text/xml"
        return f"application/x-amz-json-{self.model.metadata['jsonVersion']}"

    @cached_property
    def largest_body(self) -> int:
        """The longest request that it takes, in bytes."""
        return _LARGEST_BODIES[self.name]

    def operation(self, name: str) -> OperationModel | None:
        """Return an operation; ``None`` where AWS has none of this name."""
        return self.model.operation_model(name) if name in self._operations else None

    @cached_property
    def _operations(self) -> frozenset[str]:
        return frozenset(self.model.operation_names)


@lru_cache(maxsize=len(NAMES))
def find(name: str) -> Service:
    """Return one of the sandbox's services."""
    return Service(name, ServiceModel(create_loader().load_service_model(name, "service-2")))
