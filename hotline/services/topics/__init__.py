"""热点问题: tickets of one matter around one place gather, are counted, and are warned of."""
