"""The status page in the console: the page of components, and the panel of an incident."""
