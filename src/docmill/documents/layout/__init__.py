"""Layout: words with boxes become lines, columns, and text with offsets."""
