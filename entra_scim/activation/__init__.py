"""From passwords to Entra, and back."""
