"""What all recurrent layers share: the time loop, stacks, both directions, the classifier."""
