"""What permits does. Each act asks Mandat last, just before it commits, so that no right ends in between."""
