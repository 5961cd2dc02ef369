"""The product's accounts, and the links between them and Entra's people."""
