"""What is promised about speed, as commands that print a ratio."""
