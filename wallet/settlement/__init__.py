"""Settlement: paying providers what captures owe, disputing it first, and netting what territories owe each other."""
