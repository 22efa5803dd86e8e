"""What the pages of these experiments show."""
