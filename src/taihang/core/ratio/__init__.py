"""Annual ratios of a direct connection: energies of any window, end of the year, remedies."""
