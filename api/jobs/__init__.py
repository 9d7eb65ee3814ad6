"""Jobs: what is done at its time and not because somebody asks; each run is recorded (docs/jobs.md)."""
