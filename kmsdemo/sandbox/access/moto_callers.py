"""Stands in for what moto thinks of callers: it believes every access key and every role."""

from __future__ import annotations

from typing import Any
from uuid import uuid4
from xml.sax.saxutils import escape

import moto.iam.models
from moto.core.responses import ActionResult, BaseResponse
from moto.iam.models import AccessKey, IAMBackend
from moto.sts.responses import TokenResponse
from werkzeug.wrappers import Request

from kmsdemo.sandbox.access import access_keys, identity, sts
from kmsdemo.sandbox.access.principals import Principal
from kmsdemo.sandbox.access.sts import StsCall
from kmsdemo.sandbox.refusal import Refusal

_Response = tuple[int, dict[str, Any], str | bytes]

_moto_dispatch = BaseResponse._dispatch
_moto_call_action = BaseResponse.call_action


def _dispatch(
    response: BaseResponse, request: Request, full_url: str | None = None, headers: Any = None
) -> Any:
    """Stand in for ``BaseResponse._dispatch``: every call comes by here, also in this process."""
    try:
        identity.of(request)
    except Refusal as refusal:
        request.environ[identity.KEPT] = _NOBODY
        response.setup_class(request, full_url, headers)  # type: ignore[arg-type]
        return _refused(response, refusal)
    return _moto_dispatch(response, request, full_url, headers)  # type: ignore[arg-type]


def _access_key_id(response: BaseResponse) -> str:
    """Stand in for ``get_access_key``, which knows only access key ids as IAM makes them."""
    return identity.of(response.normalized_request).access_key_id


def _current_account(response: BaseResponse) -> str:
    """Stand in for ``get_current_account``, which a header of the caller's can answer."""
    return identity.of(response.normalized_request).account


def _call_sts(response: TokenResponse) -> Any:
    """Stand in for ``TokenResponse.call_action``: every call to STS comes by here."""
    operation = response._get_action()
    if operation not in sts.ANSWER:
        return _moto_call_action(response)
    caller = identity.of(response.normalized_request)
    call = StsCall(operation, response.params, caller, response.partition)
    try:
        answer = sts.ANSWER[operation](call)
    except Refusal as refusal:
        return _refused(response, refusal)
    return response.serialized(ActionResult(answer))


def _keys_of_account(backend: IAMBackend) -> list[AccessKey]:
    """Stand in for ``get_all_access_keys_for_all_users``, which means those of all accounts."""
    return [key for user in backend.users.values() for key in user.access_keys]


def _secret(length: int) -> str:
    """Stand in for ``random_alphanumeric``, which whoever saw enough of it can foretell."""
    return access_keys.new_secret(length)


def _refused(response: BaseResponse, refusal: Refusal) -> _Response:
    if "X-Amz-Target" in response.headers:
        return refusal.status, {**response.response_headers}, refusal.body
    body = _IN_XML.format(code=refusal.code, message=escape(refusal.message), id=uuid4())
    return refusal.status, {**response.response_headers, "Content-Type": "text/xml"}, body


_IN_XML = (
    "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message>"
    "</Error><RequestId>{id}</RequestId></ErrorResponse>"
)
_NOBODY = Principal("", "", "", "")

STAND_INS: tuple[tuple[Any, str, Any], ...] = (
    (BaseResponse, "_dispatch", _dispatch),
    (BaseResponse, "get_access_key", _access_key_id),
    (BaseResponse, "get_current_account", _current_account),
    (IAMBackend, "get_all_access_keys_for_all_users", _keys_of_account),
    (TokenResponse, "call_action", _call_sts),
    (moto.iam.models, "random_alphanumeric", _secret),
)
"""What is replaced: the class or module, the name there, and what stands in."""
