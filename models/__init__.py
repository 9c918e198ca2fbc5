"""What is learned: each model fits and scores, the hybrid blends them, a bundle is what training leaves behind."""
