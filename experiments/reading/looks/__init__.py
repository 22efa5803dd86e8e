"""How pages and figures look: one colour a model, figures of a size, legends beside what they name."""
