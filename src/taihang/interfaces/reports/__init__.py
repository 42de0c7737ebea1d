"""Reports to hand in: one document, drawn up once, in HTML, Excel, PDF and JSON."""
