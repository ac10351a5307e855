"""The error codes of AWS KMS that several families of behaviours document.

AWS: "Errors" of each operation, and "Common Errors", AWS KMS API Reference.
"""

DENIED = "AccessDeniedException"
DISABLED = "DisabledException"
DRY_RUN = "DryRunOperationException"
INCORRECT = "IncorrectKeyMaterialException"
INVALID_CIPHERTEXT = "InvalidCiphertextException"
MALFORMED = "MalformedPolicyDocumentException"
NOT_FOUND = "NotFoundException"
STATE = "KMSInvalidStateException"
UNSUPPORTED = "UnsupportedOperationException"
USAGE = "InvalidKeyUsageException"
VALIDATION = "ValidationException"
