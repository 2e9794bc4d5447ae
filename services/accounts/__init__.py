"""Accounts: who is a professional: land surveyors by their licences, companies by their business accounts.

Owns licences and business accounts with their PINs, members and rights, contested claims and take-overs,
fees, payments and bank details, and the import of rosters. Says what becomes of each of them. Hears who
the users of identity are.
"""
