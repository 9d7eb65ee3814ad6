"""What every request and answer of the HTTP API has in common, whatever its resource."""
