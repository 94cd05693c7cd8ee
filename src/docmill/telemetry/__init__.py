"""What docmill tells about itself: logs, and later metrics and traces."""
