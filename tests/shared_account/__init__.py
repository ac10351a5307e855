"""Tests of a run in an account that others use too; whole runs are in tests/backends."""
