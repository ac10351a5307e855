"""Other people's programs that use AWS KMS, unchanged, with the sandbox."""
