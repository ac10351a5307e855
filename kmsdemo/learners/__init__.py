"""Checks and grades learners' work: an account, two scripts; and the list of a class.

Imports ``suite``, ``backends``, ``account``, ``sandbox`` and the library.
"""
