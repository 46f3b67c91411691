"""What readers of formats share: bytes to values, and values to parties."""
