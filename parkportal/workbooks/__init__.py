"""Excel and CSV in and out. Files are read in a bounded process of its own and judged by declared tables of columns."""
