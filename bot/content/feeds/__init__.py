"""Reads feeds: from the bytes of RSS, Atom and JSON Feed, however broken, to items as readers would see them."""
