"""Labels on several levels (多级分类): who is above whom, and odds that agree from top to leaf."""
