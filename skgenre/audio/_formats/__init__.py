"""How sound files are built, where libsndfile needs help to read them."""
