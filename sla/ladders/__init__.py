"""The shelf of ladders (升级阶梯): the files, and how such a document is read."""
