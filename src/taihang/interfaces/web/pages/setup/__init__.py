"""Making the park: from a template, with names and a zone of its own, on a server without one."""
