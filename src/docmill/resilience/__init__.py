"""Child processes with limits, retries, the one HTTP client, and breakers and limits for the whole fleet."""
