"""An environment's side of its connection with Entra: identifiers, credentials, access keys."""
