"""The services of Mandat, each independent of the others."""
