"""AWS KMS: its operations, and the checks of parameters, key names, key states and key usage.

Imports ``access`` and the modules above this folder.
"""
