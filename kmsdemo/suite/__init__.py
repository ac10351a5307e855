"""pytest and the features: how they are run, and the plugins of every run.

In a wheel, the features, their steps and ``conftest.py`` are in this folder too. Imports ``trace``,
``shared_account`` and the library.
"""
