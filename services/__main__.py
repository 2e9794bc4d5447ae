"""The command line: everything in one process, and what an operator does by hand."""

from services.cli import main

if __name__ == "__main__":
    main()
