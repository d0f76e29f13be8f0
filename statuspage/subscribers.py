"""What the spoke does when it hears of facts."""
