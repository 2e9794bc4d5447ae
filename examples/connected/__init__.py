"""What any connected application needs of Mandat: a token of its own, JSON over HTTP, and saying things until taken."""
