"""From the roles that Entra assigned to the groups of a person."""
