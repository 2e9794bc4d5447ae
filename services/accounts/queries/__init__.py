"""Reads for the screens, and decisions; no locks."""
