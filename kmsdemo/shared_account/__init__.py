"""Runs in an account that others use too: tag what they create, change nothing else, clean up.

Imports ``account`` and the library.
"""
