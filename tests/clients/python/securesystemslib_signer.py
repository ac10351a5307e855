"""Signs metadata with the AWS KMS signer of securesystemslib, which verifies without AWS."""

import sys

from securesystemslib.exceptions import UnverifiedSignatureError
from securesystemslib.signer import AWSSigner

uri, public_key = AWSSigner.import_(sys.argv[1])
signature = AWSSigner.from_priv_key_uri(uri, public_key).sign(b"metadata")
public_key.verify_signature(signature, b"metadata")
print(public_key.scheme)
try:
    public_key.verify_signature(signature, b"other metadata")
except UnverifiedSignatureError:
    print("another message does not verify")
