"""What stands behind one number of record: its formula, its inputs, its ground."""
