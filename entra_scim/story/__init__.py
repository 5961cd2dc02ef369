"""What happened, for an administrator to read."""
