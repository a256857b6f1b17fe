"""File formats: front matter, YAML and JSON become fields, with error messages for authors."""
