"""What is measured of claims."""
