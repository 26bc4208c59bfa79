"""What a change of the program does to a stack, as a page for people and as a text for a pull request."""
