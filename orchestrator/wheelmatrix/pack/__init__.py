"""What is shipped: entries become the members of a wheel, and the members its bytes."""
