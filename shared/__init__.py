"""What every service builds on: contracts, messaging, database, web, run time. Knows no service."""
