"""Tests of the suite's plugins."""
