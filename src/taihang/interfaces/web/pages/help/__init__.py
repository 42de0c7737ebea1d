"""Help: first steps that know how far this park is, the words of the platform, and the keys."""
