"""What every lesson shares. A page reads from top to bottom like the lesson, and does nothing but present."""
