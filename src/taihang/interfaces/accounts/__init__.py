"""The members of a park: who may enter, as what; a Django app with a database of its own."""
