"""The outbox and the channels by which people are told."""
