"""What goes back: marks for a learning platform, the report on a class, pages for students."""
