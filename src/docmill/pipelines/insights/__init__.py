"""The insights pipeline: any table in; numbers, charts and checked insights out."""
