"""A text in which everything means something to somebody: to HTML, to Plotly's templates, to the theme, to Markdown."""

HOSTILE = "<u>q</u> %{x} & #000001 `$y$` "
