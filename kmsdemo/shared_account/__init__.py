"""A run in an account that others use too: tags what it makes, touches nothing else, tidies up.

Imports ``account`` and the library.
"""
