"""Codes, explained to those who read them."""
