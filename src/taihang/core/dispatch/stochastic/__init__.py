"""The day ahead under uncertainty: what is committed today, and what every scenario makes of it."""
