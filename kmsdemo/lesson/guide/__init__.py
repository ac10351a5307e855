"""The lab as a page to read, to print and to keep: HTML and Markdown, from a run.

Also the verdict of a run, for ``pytest --guide``, and the hand-outs of a class.
"""
