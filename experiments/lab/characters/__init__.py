"""Character models: recurrent, graph and attention networks on the same characters, trained, sampled and compared."""
