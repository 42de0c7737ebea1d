"""The referee of park plans: a second program that knows the model's documents and no more."""
