"""Character recognition: when a page needs it, the image of the page, and who reads it."""
