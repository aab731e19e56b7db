"""A copy of everything at one instant, made while the duty room works, and a new machine made from it."""
