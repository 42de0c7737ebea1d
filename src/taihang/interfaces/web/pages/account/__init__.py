"""One's own account: signing in and out, passwords, second factors, sessions, keys of machines."""
