"""What plants, batteries and stations should have done beside what they did, each with its band."""
