"""Proofs are pure and quick; how quick depends on who else uses the machine."""

from hypothesis import settings

settings.register_profile("merkle", settings.get_profile("mandat"), max_examples=60)
settings.load_profile("merkle")
