"""Checks and grades learners' work: an account, two scripts; and the list of a class.

Imports ``suite``, ``account`` and the library.
"""
