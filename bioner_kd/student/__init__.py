"""The BiLSTM and its layers."""
