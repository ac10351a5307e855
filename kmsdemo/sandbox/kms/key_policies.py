"""GetKeyPolicy, PutKeyPolicy and ListKeyPolicies: each key has one policy, named ``default``.

AWS: "Key policies in AWS KMS", AWS KMS Developer Guide.
"""

from __future__ import annotations

import json
from typing import Final

from moto.utilities.utils import get_partition

from kmsdemo.sandbox.access import authorization
from kmsdemo.sandbox.key import Answer
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
    request.key.policy = checked(request, request.key.arn)
    return {}


def list_key_policies(request: Request) -> Answer:
    """Answer ListKeyPolicies."""
    if marker := request.parameters.get("Marker"):
        raise Refusal("InvalidMarkerException", f"Could not deserialize marker '{marker}'")
    return {"PolicyNames": [_NAME], "Truncated": False}


def checked(request: Request, key_arn: str) -> str:
    """Return the key policy of a request once it is checked; empty without one.

    Raises:
        Refusal: ``MalformedPolicyDocumentException`` or ``LimitExceededException``.
    """
    document: str = request.parameters.get("Policy", "")
    if document:
        authorization.check_new_policy(request.call, request.caller, key_arn, document)
    return document


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
