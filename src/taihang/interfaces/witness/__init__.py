"""The service of a witness: the protocol of C2SP over HTTP, and what it has seen."""
