"""The citizens of the demonstration: the municipality's book with its vouchers, and the one of private citizens."""
