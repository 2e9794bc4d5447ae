"""What operators do beyond one service: secrets, databases and broker users, status, keys, backups."""
