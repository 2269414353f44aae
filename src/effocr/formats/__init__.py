"""Pages as text in the formats that others read."""
