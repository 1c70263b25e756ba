"""What new, init and the generators of CI write: values in, texts out."""
