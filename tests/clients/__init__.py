"""Programs of others that use AWS KMS, unchanged, against the sandbox."""
