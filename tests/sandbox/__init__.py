"""Tests of the sandbox, one module for each thing that it promises."""
