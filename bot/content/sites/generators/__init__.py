"""The rules of each generator of static sites; each module has a class that answers `pages.rules.SiteRules`."""
