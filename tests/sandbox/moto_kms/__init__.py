"""AWS KMS in moto's registry."""
