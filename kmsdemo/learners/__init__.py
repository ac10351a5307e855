"""Learners' work judged: the check of an account, the grade of two scripts, the list of a class.

Imports ``suite``, ``account`` and the library.
"""
