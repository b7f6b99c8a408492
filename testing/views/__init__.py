"""Pages of the testing app."""
