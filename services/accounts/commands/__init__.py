"""One function per use case, by what it is about."""
