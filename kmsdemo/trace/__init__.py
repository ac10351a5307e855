"""The suite put to other uses: narrated as a lesson, and traced call by call."""

from kmsdemo.trace.recording import Call, trace

__all__ = ["Call", "trace"]
