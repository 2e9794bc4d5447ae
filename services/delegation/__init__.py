"""Delegation: who may act for whom.

Owns delegations, the service catalogue, acting tokens and the decisions about surveyors. Says that a
delegate was added, removed or searched for, and that somebody began to act. Hears identity's users and
accounts' licences, and keeps a copy of both.
"""
