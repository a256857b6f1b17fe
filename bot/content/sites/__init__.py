"""Folders of static sites: their pages are read as the generator that builds the site reads them."""
