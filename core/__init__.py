"""The models of the course and everything that is computed with them; knows nothing of the page it is shown on."""
