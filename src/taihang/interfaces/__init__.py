"""People and machines: command line and pages."""
