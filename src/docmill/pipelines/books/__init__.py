"""Books: a CSV of titles in, a warehouse of books out."""
