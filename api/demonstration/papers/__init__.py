"""The statements that the demonstration leaves behind, in a folder for each reader, with an index that says whose."""
