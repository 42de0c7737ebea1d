"""Who uses, who is over budget, who is missing data: every enterprise of the park in a month."""
