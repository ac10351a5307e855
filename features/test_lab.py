"""Binds the story of the lab, apart from the other features, so that the lesson starts at once."""

from pytest_bdd import scenarios

scenarios("lab.feature")
