"""
Carrying a whole bot from one database into another, of the same engine or of another.

Each engine is a `MovableDatabase` (`port`): it gives out the rows of `tables` in pieces, and takes them in.
`carrying` knows no engine: it copies, goes on with a copy that was interrupted, compares, and marks both databases so
that at no moment a bot could run on two of them, or on half of one.
"""
