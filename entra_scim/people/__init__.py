"""What Entra may do with people, and what follows from it."""
