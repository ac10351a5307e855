"""TagResource, UntagResource and ListResourceTags.

AWS: "Tags in AWS KMS", AWS KMS Developer Guide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from kmsdemo.sandbox.key import Answer
from kmsdemo.sandbox.kms import paging
from kmsdemo.sandbox.kms.request import Request
from kmsdemo.sandbox.refusal import Refusal

_MOST: Final = 50


def tag_resource(request: Request) -> Answer:
    """Answer TagResource."""
    tags = request.key.tags | checked(request.parameters["Tags"])
    if len(tags) > _MOST:
        raise _refusal("Too many tags")
    request.key.tags = tags
    return {}


def untag_resource(request: Request) -> Answer:
    """Answer UntagResource; a tag that does not exist is not an error."""
    for name in request.parameters["TagKeys"]:
        request.key.tags.pop(name, None)
    return {}


def list_resource_tags(request: Request) -> Answer:
    """Answer ListResourceTags."""
    return paging.page(
        request,
        "Tags",
        request.key.tags.items(),
        place=lambda tag: (tag[0],),
        entry=lambda tag: {"TagKey": tag[0], "TagValue": tag[1]},
    )


def checked(listed: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return the tags of a request, by tag key.

    Raises:
        Refusal: ``TagException``.
    """
    tags = {tag["TagKey"]: tag["TagValue"] for tag in listed}
    if len(tags) < len(listed):
        raise _refusal("Duplicate tag keys")
    if len(tags) > _MOST:
        raise _refusal("Too many tags")
    if any(name.lower().startswith("aws:") for name in tags):
        raise _refusal("Tags beginning with aws: are reserved")
    return tags


def _refusal(message: str) -> Refusal:
    return Refusal("TagException", message)
