"""Personal data: found in layers, replaced by placeholders, restored exactly, kept sealed."""
