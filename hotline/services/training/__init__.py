"""Learning from people's decisions (学习): compare, train anew, shadow, check labels."""
