"""The page of the alarms: what needs a person now."""
