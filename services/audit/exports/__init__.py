"""Downloads of the list of activities (Q34): Excel, PDF, CSV and JSON Lines, at once or prepared in the background."""
