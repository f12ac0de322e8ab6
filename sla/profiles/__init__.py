"""The shelf of city profiles (城市配置): the files, and how such a document is read and written."""
