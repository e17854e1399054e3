"""Tools of the course workbook: from sources to notebooks, and from submissions to marks."""
