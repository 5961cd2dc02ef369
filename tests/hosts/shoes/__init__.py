"""A host for which three more attributes are declared, in a line each."""
