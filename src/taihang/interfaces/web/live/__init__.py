"""What goes to open pages by itself: one hub, each frame encoded once for everybody who sees it."""
