"""Who is in the house and is not of it: announced, let in, accompanied, gone (manual AP-4)."""
