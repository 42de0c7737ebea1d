"""The way to the peak of carbon: what the plan promises year by year, and how likely it is."""
