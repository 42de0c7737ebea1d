"""Settings: what stands in the park, who sends its readings, and what its figures rest on."""
