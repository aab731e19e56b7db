"""One file per kind of channel; each is found by being here."""
