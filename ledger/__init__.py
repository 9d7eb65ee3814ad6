"""Double entry in integer minor units; no welfare word in it."""
