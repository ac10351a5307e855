"""What AWS KMS refuses, with its code and its words: a table for each family of operations."""
