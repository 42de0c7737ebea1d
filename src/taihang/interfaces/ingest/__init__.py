"""The door of a park over HTTP: sealed batches and a strict JSON form in, signed receipts out."""
