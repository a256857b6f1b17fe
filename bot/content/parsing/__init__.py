"""Reading feeds and web pages in a process of its own: a hostile document may bring that down, and nothing else."""
