"""Tests of the clients and variables of an account."""
