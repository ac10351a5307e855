"""Tests of the lesson in this process."""
