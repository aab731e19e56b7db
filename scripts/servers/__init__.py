"""Real servers for tests and for trying things: installed from packages, started on loopback on free ports."""
