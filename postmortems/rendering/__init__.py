"""From sections and record to what people read: HTML, Markdown, pictures and PDF."""
