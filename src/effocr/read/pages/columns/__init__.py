"""Columns of a page: where they part lines that the net took for one."""
