"""GenerateMac and VerifyMac.

AWS: "HMAC keys in AWS KMS", AWS KMS Developer Guide.
"""

from __future__ import annotations

import hmac

from kmsdemo.sandbox.key import Answer
from kmsdemo.sandbox.kms import key_specs
from kmsdemo.sandbox.kms.request import Request
from kmsdemo.sandbox.refusal import Refusal


def generate_mac(request: Request) -> Answer:
    """Answer GenerateMac."""
    algorithm, mac = _mac(request)
    return {"Mac": mac, "MacAlgorithm": algorithm, "KeyId": request.key.arn}


def verify_mac(request: Request) -> Answer:
    """Answer VerifyMac; a wrong MAC is an error."""
    algorithm, mac = _mac(request)
    if not hmac.compare_digest(mac, request.call.binary("Mac")):
        raise Refusal("KMSInvalidMacException")
    return {"KeyId": request.key.arn, "MacValid": True, "MacAlgorithm": algorithm}


def _mac(request: Request) -> tuple[str, bytes]:
    algorithm: str = request.parameters["MacAlgorithm"]
    key_specs.check_algorithm(request.key, algorithm)
    digest = algorithm.removeprefix("HMAC_").replace("_", "").lower()
    secret, message = request.key.current_material.secret, request.call.binary("Message")
    return algorithm, hmac.digest(secret, message, digest)
