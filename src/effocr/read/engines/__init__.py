"""Other engines behind the face of our reader, for drafts and comparisons; each needs what its user installs."""
