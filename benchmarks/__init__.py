"""Measured comparisons: this engine beside hand-written SQL that does the bare minimum, in one run."""
