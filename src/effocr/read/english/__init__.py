"""Repairs of what was read, for English: options, off by default; each turns a line into a better one."""
