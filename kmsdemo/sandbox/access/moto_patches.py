"""Replaces how moto identifies callers: moto accepts every access key and every role."""

from __future__ import annotations

from typing import Any
from uuid import uuid4
from xml.sax.saxutils import escape

import moto.iam.models
from moto.core.responses import ActionResult, BaseResponse
from moto.iam.exceptions import MalformedPolicyDocument
from moto.iam.models import AccessKey, IAMBackend
from moto.iam.policy_validation import BaseIAMPolicyValidator, IAMTrustPolicyDocumentValidator
from moto.sts.responses import TokenResponse
from werkzeug.wrappers import Request

from kmsdemo.sandbox.access import access_keys, authentication, policy_document, sts
from kmsdemo.sandbox.access.policy_document import MalformedPolicy, PolicyKind
from kmsdemo.sandbox.access.principals import Principal
from kmsdemo.sandbox.access.sts import StsCall
from kmsdemo.sandbox.refusal import Refusal

_Response = tuple[int, dict[str, Any], str | bytes]

_moto_dispatch = BaseResponse._dispatch
_moto_validate = BaseIAMPolicyValidator.validate
_moto_call_action = BaseResponse.call_action


def dispatch(response: BaseResponse, request: Request, *more: Any) -> Any:
    """Replace ``BaseResponse._dispatch``: authenticate each call, also in process."""
    try:
        authentication.principal_of(request)
    except Refusal as refusal:
        request.environ[authentication.PRINCIPAL] = _UNAUTHENTICATED
        response.setup_class(request)  # type: ignore[arg-type]
        return _refused(response, refusal)
    return _moto_dispatch(response, request, *more)  # type: ignore[arg-type]


def _access_key_id(response: BaseResponse) -> str:
    """Replace ``get_access_key``, which reads only access key ids of IAM's form."""
    return authentication.principal_of(response.normalized_request).access_key_id


def _current_account(response: BaseResponse) -> str:
    """Replace ``get_current_account``, which a header of the caller can override."""
    return authentication.principal_of(response.normalized_request).account


def _call_sts(response: TokenResponse) -> Any:
    """Replace ``TokenResponse.call_action``: answer STS calls as AWS does."""
    operation = response._get_action()
    if operation not in sts.ANSWER:
        return _moto_call_action(response)
    request = response.normalized_request
    call = StsCall(
        operation,
        response.params,
        authentication.principal_of(request),
        response.partition,
        response.region,
        request.remote_addr or "127.0.0.1",
        request.user_agent.string,
    )
    try:
        answer = sts.ANSWER[operation](call)
    except Refusal as refusal:
        return _refused(response, refusal)
    return response.serialized(ActionResult(answer))


def _validate(validator: BaseIAMPolicyValidator) -> None:
    """Replace ``validate`` of IAM's documents: refuse also what the sandbox cannot evaluate."""
    is_trust = isinstance(validator, IAMTrustPolicyDocumentValidator)
    _moto_validate(validator)
    try:
        kind = PolicyKind.TRUST if is_trust else PolicyKind.IDENTITY
        policy_document.statements(validator._policy_document, kind)
    except MalformedPolicy as error:
        raise MalformedPolicyDocument(str(error)) from error


def _keys_of_account(backend: IAMBackend) -> list[AccessKey]:
    """Replace ``get_all_access_keys_for_all_users``, which reads all accounts."""
    return [key for user in backend.users.values() for key in user.access_keys]


def _secret(length: int) -> str:
    """Replace ``random_alphanumeric``, which is predictable."""
    return access_keys.generate_secret(length)


def _refused(response: BaseResponse, refusal: Refusal) -> _Response:
    if "X-Amz-Target" in response.headers:
        return refusal.status, {**response.response_headers}, refusal.body
    body = _XML_ERROR.format(code=refusal.code, message=escape(refusal.message), id=uuid4())
    return refusal.status, {**response.response_headers, "Content-Type": "text/xml"}, body


_XML_ERROR = (
    "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message>"
    "</Error><RequestId>{id}</RequestId></ErrorResponse>"
)
_UNAUTHENTICATED = Principal("", "", "", "")

PATCHES: tuple[tuple[Any, str, Any], ...] = (
    (BaseResponse, "get_access_key", _access_key_id),
    (BaseResponse, "get_current_account", _current_account),
    (IAMBackend, "get_all_access_keys_for_all_users", _keys_of_account),
    (TokenResponse, "call_action", _call_sts),
    (BaseIAMPolicyValidator, "validate", _validate),
    (moto.iam.models, "random_alphanumeric", _secret),
)
"""The owner, the name and the replacement of each attribute of moto."""
