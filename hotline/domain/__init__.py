"""The law of a ticket's life in plain Python: stages, motions, marks, outcomes (工单规则)."""
