"""The rig that breaks things under load, and the ledger that tells what was lost, doubled, stuck or out of order."""
