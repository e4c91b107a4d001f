"""The format of script files, and the loader that reads them."""
