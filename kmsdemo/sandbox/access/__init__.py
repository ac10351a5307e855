"""Access control: authenticates callers, and evaluates key policies, IAM policies and grants.

Imports the modules directly in ``sandbox``, and neither ``kms`` nor ``http``.
"""
