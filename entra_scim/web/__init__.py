"""What all pages share, of the admin or not."""
