"""How training grows: with threads and workers, sizes of the model, vocabulary, corpus, batch."""
