"""What the package needs of scikit-learn that is private or not in every version."""
