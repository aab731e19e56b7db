"""One file per device model or envelope. See ``collector.decoding`` for what a decoder is."""
