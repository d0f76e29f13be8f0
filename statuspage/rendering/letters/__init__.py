"""What subscribers are sent: gathered once for a broadcast, written once for each way and language,
filled in for each subscriber."""
