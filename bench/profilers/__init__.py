"""Profilers that `bench/insights.py` compares with; each script runs in its own process and environment."""
