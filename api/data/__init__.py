"""What people may ask of their data: a copy of all of it, and the erasure of what no law keeps (docs/retention.md)."""
