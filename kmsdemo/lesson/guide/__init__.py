"""The lab as a page to read, to print and to keep: HTML and Markdown, from a run.

Also the verdict of a run, for ``pytest --guide``, and the hand-outs of a class. Imports the modules
directly in ``lesson``, none of which imports it, and what they may import.
"""
