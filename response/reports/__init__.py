"""What residents report: taken in, classified, given out, called back, kept and forgotten."""
