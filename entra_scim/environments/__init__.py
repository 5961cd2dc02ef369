"""Environments as wholes."""
