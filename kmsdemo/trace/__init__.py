"""The AWS calls of any boto3 session: recorded, in words, and as an ``aws`` command.

Imports ``ciphertext`` of the library, and nothing else of kmsdemo.
"""

from kmsdemo.trace.recording import Call, trace

__all__ = ["Call", "trace"]
