"""What a text asks for, how grave it is, where it happened and who is complained of (诉求理解)."""
