"""Problems that accounts answers."""
