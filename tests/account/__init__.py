"""Tests of an account that others use too."""
