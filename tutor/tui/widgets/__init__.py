"""One module per widget. They draw and take keys; what they show is given to them."""
