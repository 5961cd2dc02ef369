"""Secrets stay out of reports."""
