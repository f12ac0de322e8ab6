"""Reading of citizens' words (文本读取): clean, cut into words, doubt what cannot be read."""
