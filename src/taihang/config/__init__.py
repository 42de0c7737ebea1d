"""What a person writes: park.toml, import maps."""
