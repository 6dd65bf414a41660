"""What a message mentions, its variants, its required parts, and putting it into words."""
