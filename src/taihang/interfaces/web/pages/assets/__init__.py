"""Plants, batteries and stations beside what they should have done."""
