"""The API of the spoke: what pages say and list, planned work, updates on their way."""
