"""Counts the requests to AWS KMS."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


class RequestCounter(Counter[str]):
    """Counts the requests to AWS KMS by operation, also in threads."""

    def watch(self, kms: KMSClient) -> RequestCounter:
        kms.meta.events.register("before-call.kms", lambda model, **_: self.update([model.name]))
        return self
