"""Text becomes entities, from an exported student; imports no model code."""
