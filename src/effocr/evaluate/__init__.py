"""How well is read: errors, boxes, confusions, reports."""
