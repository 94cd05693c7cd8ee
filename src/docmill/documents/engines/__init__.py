"""Engines: who supplies the words of a page with their boxes."""
