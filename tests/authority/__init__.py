"""Who may do what, asked of the running system with real objects, really signed tokens and planted bugs."""
