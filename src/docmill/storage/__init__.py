"""Blob stores: the bytes of documents under their SHA-256."""
