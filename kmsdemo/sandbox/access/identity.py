"""Who makes a request that came over HTTP."""

from __future__ import annotations

import re
from dataclasses import dataclass

from moto.iam.models import get_account_id_from
from werkzeug.wrappers import Request

from kmsdemo.sandbox.call import is_account_id
from kmsdemo.sandbox.refusal import Refusal

_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/")


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose credentials signed a request.

    Attributes:
        access_key_id: As the signature names it.
        account: Twelve digits.
    """

    access_key_id: str
    account: str


def authenticate(request: Request) -> Identity:
    """Return who made a request.

    Raises:
        Refusal: With AWS's code: nobody signed it, or nobody whom the sandbox knows.
    """
    signed = _CREDENTIAL.search(request.headers.get("Authorization", ""))
    if signed is None:
        message = "Request is missing Authentication Token"
        raise Refusal("MissingAuthenticationToken", message, status=403)
    access_key_id = signed[1]
    if is_account_id(access_key_id):
        return Identity(access_key_id, access_key_id)
    return Identity(access_key_id, str(get_account_id_from(access_key_id)))
