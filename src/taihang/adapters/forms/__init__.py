"""Forms of activity data as people hand them in: CSV, Excel, JSON, and the template to fill."""
