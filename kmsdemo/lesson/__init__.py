"""Runs the features as a lesson and prints it: one renderer for each output format.

Imports ``suite``, ``backends``, ``account``, ``trace`` and the library; only ``cli`` imports it.
"""
