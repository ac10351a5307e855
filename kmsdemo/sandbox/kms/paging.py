"""Divides a list into pages: ``Limit``, ``Marker``, ``NextMarker``, ``Truncated``.

A marker holds the place of the last item in the order of the list, so that keys which come and go
between two pages move nothing.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple, TypeVar

from kmsdemo.sandbox.call import Call
from kmsdemo.sandbox.key import Answer
from kmsdemo.sandbox.kms.request import Request
from kmsdemo.sandbox.refusal import Refusal, constraint

_Item = TypeVar("_Item")
_Place = tuple[Any, ...]


class _Limit(NamedTuple):
    """The number of items on a page: without ``Limit``, and the most that it may ask for."""

    default: int
    most: int


_LIMITS: Final = {
    "ListAliases": _Limit(50, 100),
    "ListGrants": _Limit(50, 100),
    "ListKeyRotations": _Limit(100, 1000),
    "ListKeys": _Limit(100, 1000),
    "ListResourceTags": _Limit(50, 50),
    "ListRetirableGrants": _Limit(50, 100),
}
"""By operation: ``Limit``, AWS KMS API Reference. The model allows 1,000 to all of them."""


def check_limit(call: Call) -> None:
    """Check that ``Limit`` is not above the maximum of the operation.

    Raises:
        Refusal: ``ValidationException``.
    """
    asked, limits = call.parameters.get("Limit"), _LIMITS.get(call.operation)
    if asked is not None and limits and asked > limits.most:
        rule = f"Member must have value less than or equal to {limits.most}"
        raise constraint(str(asked), "limit", rule)


def check_has_no_marker(request: Request) -> None:
    """Check that a request whose list always has one page asks for no further one.

    Raises:
        Refusal: ``InvalidMarkerException``.
    """
    if marker := request.parameters.get("Marker"):
        raise _invalid(marker)


def page(
    request: Request,
    name: str,
    items: Iterable[_Item],
    *,
    place: Callable[[_Item], _Place],
    entry: Callable[[_Item], Any],
) -> Answer:
    """Return one page of a list.

    Args:
        request: The request, with ``Limit`` and ``Marker``.
        name: The field of the response that holds the items.
        items: All items.
        place: Returns the place of an item in the order of the list, of texts and numbers.
        entry: Returns an item as the response has it.

    Raises:
        Refusal: ``InvalidMarkerException``.

    AWS: ``Limit``, ``Marker``, ListKeys, AWS KMS API Reference.
    """
    after = _read(request)
    rest = sorted((one for one in items if after is None or place(one) > after), key=place)
    limit = request.parameters.get("Limit", _LIMITS[request.call.operation].default)
    answer: Answer = {name: [entry(one) for one in rest[:limit]], "Truncated": len(rest) > limit}
    if answer["Truncated"]:
        answer["NextMarker"] = _written(request, place(rest[limit - 1]))
    return answer


def _written(request: Request, place: _Place) -> str:
    return urlsafe_b64encode(json.dumps([request.call.operation, *place]).encode()).decode()


def _read(request: Request) -> _Place | None:
    marker = request.parameters.get("Marker")
    if marker is None:
        return None
    try:
        operation, *place = json.loads(urlsafe_b64decode(marker))
    except (ValueError, TypeError) as error:
        raise _invalid(marker) from error
    if operation != request.call.operation:
        raise _invalid(marker)
    return tuple(place)


def _invalid(marker: str) -> Refusal:
    return Refusal("InvalidMarkerException", f"Could not deserialize marker '{marker}'")
