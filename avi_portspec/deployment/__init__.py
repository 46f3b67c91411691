"""What one deployment needs: presets, files, decisions, explanations."""
