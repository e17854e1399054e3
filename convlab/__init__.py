"""The teaching library of the book: small functions that the lessons show in full and the tests hold."""
