"""Comparing and checking texts that people and Entra write."""
