"""Transfer: a label travels over a graph to the node that asks for it, in both views."""
