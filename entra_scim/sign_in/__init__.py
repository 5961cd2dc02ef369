"""Who may sign in how, and how long a session lasts."""
