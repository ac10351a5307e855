"""Tests of what runs a learner's own scripts."""
