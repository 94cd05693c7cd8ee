"""Durable execution: what a step returns is stored before the next one starts."""
