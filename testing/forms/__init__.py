"""What people type, judged field by field."""
