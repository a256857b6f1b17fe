"""Tables of statistics: what is counted as it happens, the sums that editors ask for, and who gets them every week."""
