"""The tests of Mandat."""
