"""Running the web application: what it logs, counts, limits and tells when something breaks, and how it starts."""
