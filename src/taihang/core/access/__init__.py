"""Who may see and do what: roles, the part of a park that one sees, and sums that hide members."""
