"""The smallest honest programs that do the same input and output with the same libraries."""
