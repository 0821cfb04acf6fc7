"""The BiLSTM student: its layers, its heads, and its files."""
