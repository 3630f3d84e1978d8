"""One file for each type of check; `catalog` lists them."""
