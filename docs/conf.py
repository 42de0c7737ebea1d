"""How Sphinx builds this documentation: Markdown in, strict, nothing fetched."""

project = "Taihang 太行"
author = "The Taihang authors"
copyright = "The Taihang authors, Apache-2.0"

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
language = "en"

myst_heading_anchors = 3
myst_enable_extensions = ["deflist"]

html_theme = "furo"
html_title = "Taihang 太行"
html_copy_source = False
html_show_sphinx = False
