"""Tests of the backends; the sandbox stands in for AWS."""
