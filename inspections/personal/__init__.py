"""What the product keeps about people: where, why, how long, and who looked at it (manual LA-1)."""
