"""What the tests share: servers, people, waiting."""
