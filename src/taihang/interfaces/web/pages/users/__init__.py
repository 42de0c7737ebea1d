"""The members of the park: who may enter as what, and what is done about it."""
