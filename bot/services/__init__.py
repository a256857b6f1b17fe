"""What newsbot does: one function an act, one transaction each."""
