"""From readings to verdicts, alerts and work orders."""
