"""How AWS records an operation: as a management or a data event, and as one that reads or writes.

AWS: "Understanding AWS KMS log entries", AWS KMS Developer Guide; "DynamoDB information in
CloudTrail", Amazon DynamoDB Developer Guide.
"""

from __future__ import annotations

import re
from typing import Final

SERVICES: Final = frozenset({"cloudtrail", "dynamodb", "iam", "kms", "sts"})
"""The services whose calls are recorded."""

CRYPTOGRAPHIC: Final = frozenset(
    {
        "Decrypt",
        "DeriveSharedSecret",
        "Encrypt",
        "GenerateDataKey",
        "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext",
        "GenerateDataKeyWithoutPlaintext",
        "GenerateMac",
        "GenerateRandom",
        "ReEncrypt",
        "Sign",
        "Verify",
        "VerifyMac",
    }
)
"""The operations of AWS KMS that use key material; AWS records them as read-only."""

_DATA: Final = re.compile(
    r"(Batch|Transact)?(Get|Put|Update|Delete|Write)Items?|Query|Scan|\w*Execute(Statement|Transaction)"
)
_LOOK_UP: Final = re.compile(r"BatchGet|TransactGet|Get|List|Describe|Query|Scan|Lookup|Simulate")
_IMPORT_PARAMETERS: Final = "GetParametersForImport"
_STS_LOOK_UPS: Final = frozenset({"GetAccessKeyInfo", "GetCallerIdentity"})


def is_data_event(service: str, operation: str) -> bool:
    """Return whether AWS records an operation as a data event, which LookupEvents never returns."""
    return service == "dynamodb" and _DATA.fullmatch(operation) is not None


def is_look_up(service: str, operation: str) -> bool:
    """Return whether an operation only reads: it uses, issues and changes nothing.

    Operations that issue sessions or import tokens are read-only for AWS, but not here.
    """
    if service == "sts":
        return operation in _STS_LOOK_UPS
    return operation != _IMPORT_PARAMETERS and _LOOK_UP.match(operation) is not None


def is_read_only(service: str, operation: str) -> bool:
    """Return whether AWS records an operation as read-only: it changes no resource."""
    is_of_kms = service == "kms" and operation in {*CRYPTOGRAPHIC, _IMPORT_PARAMETERS}
    return service == "sts" or is_of_kms or is_look_up(service, operation)
