"""Identity owns people, passwords, sessions, connected applications and signing keys.

It says: user registered, verified, changed, removed; password changed; verification, user
name or reset asked for; e-mail changed; registration repeated. It hears nothing.
"""
