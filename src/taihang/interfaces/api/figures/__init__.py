"""What is answered: schemas, and builders that make them from the services; no word of HTTP."""
