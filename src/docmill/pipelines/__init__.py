"""The built-in pipelines; each one's ``pipeline.py`` shows what happens to a document."""
