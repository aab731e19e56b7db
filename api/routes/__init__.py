"""One file per noun."""

API = "/api/v1"
"""Where programs find them. Said by each noun's router itself: to include a router in another makes all of its routes anew."""
