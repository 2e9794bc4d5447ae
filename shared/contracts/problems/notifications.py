"""Problems that notifications answers."""
