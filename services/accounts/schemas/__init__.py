"""Bodies and queries of accounts’ HTTP interface, by what they are about."""
