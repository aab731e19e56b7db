"""Two ports, each with its real stores: readings (the history) and records (everything else)."""
