"""``Recipient``: answers for a Nitro enclave, which the sandbox refuses to give.

AWS: "Cryptographic attestation support in AWS KMS", AWS KMS Developer Guide.
"""

from __future__ import annotations

from kmsdemo.sandbox.kms.request import Request
from kmsdemo.sandbox.refusal import Refusal

_NO_ENCLAVE = (
    "The sandbox cannot verify the attestation document of an enclave, and never returns plaintext "
    "instead. Leave Recipient out, or ask AWS KMS."
)


def check_recipient(request: Request) -> None:
    """Check that a call does not ask for an answer that only an enclave can read.

    Raises:
        Refusal: ``UnsupportedOperationException``.
    """
    if request.parameters.get("Recipient"):
        raise Refusal("UnsupportedOperationException", _NO_ENCLAVE)
