"""Models side by side: speed, start-up, memory, size and F1, each in a fresh process of its own."""
