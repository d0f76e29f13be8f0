"""Pages of the routing: the rules, the draft and its editor, what they would do, and versions."""
