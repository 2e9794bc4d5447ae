"""The pages, by area: each module has its functions and, at its end, its part of the table."""
