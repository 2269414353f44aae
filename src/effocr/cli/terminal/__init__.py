"""What commands share: what they print, the files they are given, the extras they need."""
