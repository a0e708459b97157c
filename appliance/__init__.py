"""Image Renamer: images arrive with meaningless names and leave with good ones, in the place where they live."""
