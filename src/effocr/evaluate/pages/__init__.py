"""How well the lines of whole pages are found."""
