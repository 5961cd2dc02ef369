"""What an administrator is told: facts, findings, steps, what expires."""
