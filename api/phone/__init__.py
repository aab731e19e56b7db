"""What phones bring and take: the day's data, entries that were made offline, files."""
