"""What programs do over HTTP: keys, the articles they tell and change, each act once however often it is asked for."""
