"""Importing readings from files: send, look what was guessed, correct, see what would come in."""
