"""The novel pipeline: a book in, short complete sentences out, passage by passage."""
