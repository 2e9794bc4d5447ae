"""What the running service may do with the tables of the register: where that is less than usual (A7)."""

WRITTEN_ONCE = "select, insert"

TABLES = {
    "activity": WRITTEN_ONCE,
    "activity_rest": WRITTEN_ONCE,
    "checkpoint": WRITTEN_ONCE,
    "entry": WRITTEN_ONCE,
    "leaf": WRITTEN_ONCE,
    "node": WRITTEN_ONCE,
    "sealing_key": WRITTEN_ONCE,
    "subject_key": WRITTEN_ONCE,
    "tombstone": WRITTEN_ONCE,
}
"""By table; partitions of months are reached through `activity` alone."""
MONTH = r"activity_\d{4}_\d{2}"
