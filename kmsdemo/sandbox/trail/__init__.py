"""The audit trail: what each account asked of AWS, recorded and looked up as AWS CloudTrail does.

AWS: "Logging AWS KMS API calls with AWS CloudTrail", AWS KMS Developer Guide; "CloudTrail record
contents", AWS CloudTrail User Guide. Imports ``access`` and the modules directly in ``sandbox``.
"""
