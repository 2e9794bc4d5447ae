"""What may be and what happens then; no I/O."""
