"""Whether scores are chances: of what is given 0.9, is nine in ten right? And making it so."""
