"""Runs the features as a lesson and prints it: one renderer for each output format.

Imports ``suite``, ``trace``, ``backends`` and what these import; only ``cli`` imports it.
"""
