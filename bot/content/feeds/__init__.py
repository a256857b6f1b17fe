"""
Reads feeds: from the bytes of RSS, Atom and JSON Feed, however broken, to items as readers would see them.

`reading` is where it begins. `xml` makes elements of a text that is nearly XML, `fields` makes words, dates, links and
pictures of what stands in them; both know nothing of formats. The formats stand here.
"""
