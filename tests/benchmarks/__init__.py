"""Measure the SCIM endpoint against a floor. Apart from the suite: it takes time.

Run it with ``python -m tests.benchmarks``.
"""
