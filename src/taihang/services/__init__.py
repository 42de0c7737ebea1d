"""One job, one file: numbered steps from the wire to the proof."""
