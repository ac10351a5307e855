"""Tests of the backends; the sandbox poses as AWS."""
