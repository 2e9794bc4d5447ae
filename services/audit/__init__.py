"""Audit: the register of activities.

Owns the register: one row per activity, with the names as they were that day. Says that it was sealed.
Hears everything, and takes what connected applications report over HTTP or the bus.
"""
