"""One flat script a lesson: widgets, one cached call, figures, words."""
