"""What stands in the park: assets, topology, meters and contracts; validates everything."""
