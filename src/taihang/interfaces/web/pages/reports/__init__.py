"""What a park hands in: reports that were issued, that are due, and who signed for them."""
