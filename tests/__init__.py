"""Tests of the library itself, one module for each of its modules."""
