"""Duties, occurrences, results and compliance; rounds; camera coverage."""
