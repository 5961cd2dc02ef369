"""What a SCIM person is."""
