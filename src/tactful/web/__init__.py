"""The server: what other systems and the pages of the shop send to, and read from."""
