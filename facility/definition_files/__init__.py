"""Files of rules, playbooks, chains, classes of work and kinds of reports: what is the same in reading each. Pure."""
