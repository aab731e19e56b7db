"""Work orders, their clocks, escalation, rota and playbooks."""
