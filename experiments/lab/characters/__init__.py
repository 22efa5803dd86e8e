"""Character models: recurrent and graph networks on the same characters, trained, sampled and compared."""
