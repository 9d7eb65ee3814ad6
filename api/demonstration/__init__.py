"""The demonstration: employers, a municipality and citizens for three years, through what the commands call."""
