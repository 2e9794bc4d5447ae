"""Append-only Merkle logs (RFC 6962 §2) and the notes that sign their state (C2SP): pure computation, no I/O."""
