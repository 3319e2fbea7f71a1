"""AWS on loopback, with GitHub's issuer of identity tokens: what roles trust and allow is really checked."""
