"""HTTP around the services: a table of routes, who may, what is wrong, and what every answer has in common."""
