"""The time machine: who could act for whom on what at a moment in the past, and an attestation of it.

It answers from what was recorded: the periods of delegations, and every state of a licence. The services are those of
today's catalogue, and the names those that people have today.
"""
