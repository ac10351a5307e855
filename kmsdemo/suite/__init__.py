"""Runs the features with pytest, and the pytest plugins of every run.

In a wheel, this folder also contains the features, their steps and ``conftest.py``. Imports
``trace``, ``shared_account`` and the library.
"""
