"""Files of rules, playbooks, chains and classes of work: what is the same in reading each of them. Pure."""
