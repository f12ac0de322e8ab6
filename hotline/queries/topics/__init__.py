"""What is read of hot topics (热点问题): lists, one topic, candidates for a new ticket."""
