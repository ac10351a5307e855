"""Tests of the sandbox's AWS KMS."""
