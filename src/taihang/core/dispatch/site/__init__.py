"""Sites on the same engine: fleets of vehicles, charging stations, storage that several share."""
