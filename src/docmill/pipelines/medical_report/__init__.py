"""Lab report PDF in, checked markers out, personal data replaced before anything else sees the text."""
