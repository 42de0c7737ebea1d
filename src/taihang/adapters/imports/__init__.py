"""Foreign files, turned into readings by an import map."""
