"""AWS KMS: its operations, and the checks of parameters, key names, key states and key usage.

Imports ``trail``, ``access`` and the modules directly in ``sandbox``.
"""
