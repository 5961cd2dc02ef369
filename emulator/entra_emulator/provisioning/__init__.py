"""Entra's provisioning service: cycles that make a SCIM server follow a tenant."""
