"""What cameras see of what must be seen: polygons, shares, and what becomes of them when a camera fails."""
