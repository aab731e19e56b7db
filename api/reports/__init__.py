"""Reports to take away: figures, their documents, and what proves them."""
