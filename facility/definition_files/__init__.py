"""Files of rules, playbooks, chains, classes of work, kinds of reports and duties: what is the same in reading each. Pure."""
