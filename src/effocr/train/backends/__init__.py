"""Training of generic detectors through libraries that the user installs."""
