"""Reading documents: text with boxes, character recognition, tables, media types."""
