"""Plans for storage and flexible loads, and the referee that checks each of them."""
