"""What a recurrent network does: gates, gradients, sensitivity."""
