"""Commands that ask a trained network: the class of a text, the next characters of one."""
