"""How fast our services are beside the smallest honest programs that do the same with the same libraries."""
