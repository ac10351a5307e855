"""The features told: a narrator, its pace, and one renderer for each kind of page.

Imports ``suite``, ``trace``, ``backends`` and what these import; only ``cli`` imports it.
"""
