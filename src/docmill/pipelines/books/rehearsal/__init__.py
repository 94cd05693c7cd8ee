"""Invented books, and a local server that answers about them as both book APIs do: for demos and rehearsals."""
