"""AWS KMS as a service in moto's registry, where ``mock_kms`` and moto's other services find it.

The names of the modules are those that moto has for each of its services. Imports ``kms``,
``trail``, ``access`` and the modules directly in ``sandbox``.
"""
