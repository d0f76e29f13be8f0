"""Reading: what is on record about an incident, and the lists of the spoke."""
