"""The verbs: one function, one transaction, one promise."""
