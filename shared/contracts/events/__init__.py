"""What services say to each other: a module for each publisher."""
