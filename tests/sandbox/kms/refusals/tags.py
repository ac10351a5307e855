"""Tags that AWS KMS refuses."""

from __future__ import annotations

from tests.sandbox.kms.refusals.refused import Refusal, new
from tests.sandbox.kms.test_recorded import Account


def tags(*names: str) -> list[dict[str, str]]:
    return [{"TagKey": name, "TagValue": "x"} for name in names]


def tagged(a: Account, *calls: list[dict[str, str]]) -> None:
    key_id = new(a)
    for given in calls:
        a.kms.tag_resource(KeyId=key_id, Tags=given)


FIFTY = tags(*map(str, range(50)))
TAGS: list[Refusal] = [
    (lambda a: tagged(a, tags("a", "a")), "TagException", "Duplicate tag keys"),
    (lambda a: tagged(a, FIFTY, tags("a")), "TagException", "Too many tags"),
    (lambda a: tagged(a, [*FIFTY, *tags("a")]), "TagException", "Too many tags"),
    (
        lambda a: tagged(a, tags("AWS:a")),
        "TagException",
        "Tags beginning with aws: are reserved",
    ),
]
