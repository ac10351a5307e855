"""GetKeyPolicy, PutKeyPolicy and ListKeyPolicies: each key has one policy, named ``default``.

AWS: "Key policies in AWS KMS", AWS KMS Developer Guide.
"""

from __future__ import annotations

import json
from functools import partial
from typing import Final

from moto.utilities.utils import get_partition

from kmsdemo.sandbox.access import context_keys, new_key_policy
from kmsdemo.sandbox.key import Answer, Key
from kmsdemo.sandbox.kms import paging, stores
from kmsdemo.sandbox.kms.request import Request
from kmsdemo.sandbox.refusal import Refusal, invalid

_NAME: Final = "default"
_OF_RAM: Final = "AWS_RAM"  # of keys that other accounts share, which the sandbox does not have


def get_key_policy(request: Request) -> Answer:
    """Answer GetKeyPolicy."""
    if request.parameters.get("PolicyName", _NAME) != _NAME:
        raise Refusal("NotFoundException", "No such policy exists")
    return {"Policy": request.key.policy, "PolicyName": _NAME}


def put_key_policy(request: Request) -> Answer:
    """Answer PutKeyPolicy."""
    name = request.parameters.get("PolicyName", _NAME)
    if name == _OF_RAM:
        raise invalid("The AWS_RAM policy can only be managed by the RAM service")
    if name != _NAME:
        raise Refusal("UnsupportedOperationException", "Only default policy is supported")
    request.key.policy = checked(request, request.key)
    return {}


def list_key_policies(request: Request) -> Answer:
    """Answer ListKeyPolicies."""
    paging.check_has_no_marker(request)
    return {"PolicyNames": [_NAME], "Truncated": False}


def checked(request: Request, key: Key) -> str:
    """Return the key policy that a request sets, once it is checked, or the one that the key has.

    Raises:
        Refusal: ``MalformedPolicyDocumentException`` or ``LimitExceededException``.
    """
    document: str = request.parameters.get("Policy", "")
    if document:
        of_key = partial(context_keys.of_key, key, stores.alias_names(key))
        new_key_policy.check(request.call, request.caller, key, document, of_key)
    return document or key.policy


def default(account: str, region: str) -> str:
    """Return the key policy of a key that is created without one.

    AWS: "Default key policy", AWS KMS Developer Guide.
    """
    root = f"arn:{get_partition(region)}:iam::{account}:root"
    statement = {
        "Sid": "Enable IAM User Permissions",
        "Effect": "Allow",
        "Principal": {"AWS": root},
        "Action": "kms:*",
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Id": "key-default-1", "Statement": [statement]})
