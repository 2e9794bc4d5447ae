"""Notifications: the e-mails.

Owns one row per e-mail and the addresses of people. Says that an e-mail was sent or failed. Hears
what it mails about: identity, accounts, delegation, and the file alerts of connected applications.
"""
