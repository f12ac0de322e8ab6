"""Time at work: clocks of tickets, what fires, whom it tells, recounts, outages (计时)."""
