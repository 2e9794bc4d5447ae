"""Who may do what: every route times every kind of caller, the reserved deposit, forged tokens, secrets, contracts."""
