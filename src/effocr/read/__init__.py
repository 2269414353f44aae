"""From images to pages: localizing, recognizing and assembling."""
