"""Charts as pictures, drawn in a process of their own that ends with each: its memory is given back, and it may die."""
