"""Accounts: who is a professional. For now the licences of land surveyors.

Owns licences with their PINs, and the import of rosters. Says that a licence was imported, changed,
granted, suspended or reinstated, and that it got another PIN. Hears who the users of identity are.
"""
