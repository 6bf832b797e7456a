"""Three years of an invented print shop: what a first run shows. Made by the real use cases, once."""
