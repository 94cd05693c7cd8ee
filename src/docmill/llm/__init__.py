"""One client for every OpenAI-compatible endpoint: it never blocks, overspends, leaks or trusts an answer."""
