"""
The store: a port through which all of newsbot uses the database, which today is SQLite.

Every question that the rest of newsbot asks is a named function, in the module of what it is about: a connection
first, domain values in and out. A connection comes from `Database.transaction()`, whose block is written as a whole or
not at all, or from `Database.reading()`, whose block sees one moment; whatever is called in a block is passed it.
SQL, rows and drivers stay in here. What goes wrong with the database is a StoreError: StoreBusy and StoreFull may be
over in a moment, StoreMoved and StoreNewer are the operator's. So is what no engine takes: a number beyond 64 bits,
half a surrogate pair.

Times are in whole seconds, rounded down; an embargo and a delay are rounded up. An order is promised where a docstring
says so. Writing twice is as good as once where it does not say otherwise.

`tests/store/conformance` states all of this of every question, for each engine.
"""
