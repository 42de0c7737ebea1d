"""A park in a box: physics, behaviour, devices."""
