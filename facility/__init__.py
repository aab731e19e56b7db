"""The nouns of a property: pure, without I/O, without a clock."""
