"""Who may call what: callers, and the key policies, IAM policies and grants that decide.

Imports the modules above this folder.
"""
