"""Two ports, readings and records, each with its real stores and its fake."""
