"""What leaves a service: pure data, importing pydantic and the standard library only."""
