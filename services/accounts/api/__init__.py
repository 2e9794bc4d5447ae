"""Accounts over HTTP, by what it is about."""
