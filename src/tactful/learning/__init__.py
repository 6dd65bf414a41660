"""What is learned from people's own judgements: points that compare only what one study, or one person, compared."""
