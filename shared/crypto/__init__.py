"""Keys and what is done with them: signing and verifying tokens, sealing secrets at rest and in events."""
