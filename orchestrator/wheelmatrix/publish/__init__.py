"""What is sent: the form, the pre-flight, whom it is sent as, and what an answer means."""
