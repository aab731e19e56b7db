"""The command line, one file per group. Slow imports stay inside functions: ``--help`` must answer at once."""
