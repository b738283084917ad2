"""Steps of the way to vectors, one at a time: reading, first use, drawing, a minibatch."""
