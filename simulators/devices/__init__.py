"""One file per family of devices; a new file here is found by itself."""
