"""What the user has: decided from options and gathered facts, without a look at the disk."""
