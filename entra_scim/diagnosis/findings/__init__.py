"""What the facts of an environment show to be wrong, by subject.

A module of this package has the codes of its subject with their texts, and a function
that tells which of them are the case. ``SUBJECTS`` has them all.
"""
