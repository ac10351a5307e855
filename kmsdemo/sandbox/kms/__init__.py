"""AWS KMS: what its operations do, and the form, names, states and usage of keys they ask for.

Imports ``access`` and the modules above this folder.
"""
