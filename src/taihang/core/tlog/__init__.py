"""What cannot be changed unseen: leaf hashes, the Merkle tree, proofs, checkpoints."""
