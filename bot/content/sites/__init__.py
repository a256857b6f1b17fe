"""
Folders of static sites: their pages are read as the generator that builds the site reads them.

`recognition` finds the generator and `reading` makes a story of a page. `generators` has the rules of each generator,
`pages` what those rules share: front matter, dates, text, configuration files and addresses.
"""
