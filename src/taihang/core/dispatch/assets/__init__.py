"""The asset language: one file for each kind of thing that stands in a park or binds it."""
