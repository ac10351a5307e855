"""Session tags: what a session is given when it begins, and what it passes on to other sessions.

AWS: "Pass session tags in AWS STS", IAM User Guide.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kmsdemo.sandbox.access.sessions import Session
from kmsdemo.sandbox.refusal import Refusal

Tags = Mapping[str, str]


def of_new_session(parameters: Mapping[str, Any], calling: Session | None) -> tuple[Tags, Tags]:
    """Return the tags of a new session, and those of them that it passes on.

    Args:
        parameters: Of AssumeRole or GetFederationToken.
        calling: The session that begins it, if any; it passes its transitive tags on.

    Raises:
        Refusal: ``InvalidParameterValue``: a tag key is there twice, or is one of those inherited.
    """
    inherited = calling.transitive_tags if calling else {}
    given = [(tag["Key"], tag["Value"]) for tag in parameters.get("Tags") or ()]
    keys = [key.lower() for key, _ in given]
    if len(set(keys)) < len(keys):
        raise _invalid("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    if {key.lower() for key in inherited}.intersection(keys):
        raise _invalid(
            "One of the specified transitive tag keys can't be set because it conflicts with a "
            "transitive tag key from the calling session."
        )
    named = {key.lower() for key in parameters.get("TransitiveTagKeys") or ()}
    passed_on = {key: value for key, value in given if key.lower() in named}
    return {**inherited, **dict(given)}, {**inherited, **passed_on}


def over(tags: Tags, of_session: Tags) -> dict[str, str]:
    """Return the tags of a role or a user, but for those that the session's tags override."""
    overridden = {key.lower() for key in of_session}
    kept = {key: value for key, value in tags.items() if key.lower() not in overridden}
    return {**kept, **of_session}


def _invalid(message: str) -> Refusal:
    return Refusal("InvalidParameterValue", message)
