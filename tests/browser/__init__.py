"""The pages in a browser, over one running system: `tests/browser/conftest.py` gives both."""
