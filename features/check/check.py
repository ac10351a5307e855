"""Binds the check, which pytest does not collect by itself: it looks at an account of yours."""

from pytest_bdd import scenarios

scenarios("progress.feature")
