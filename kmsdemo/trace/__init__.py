"""Records the AWS calls of any boto3 session, also as ``aws`` commands and as a summary.

::

    from kmsdemo.trace import trace

    with trace(session) as calls: ...

Imports ``ciphertext``, ``pluralize`` and ``printable`` of the library, and nothing else of kmsdemo.
"""

from kmsdemo.trace.recording import Call, trace

__all__ = ["Call", "trace"]
