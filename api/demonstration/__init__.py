"""The demonstration: three employers, almost three years, through the same functions that the commands call."""
