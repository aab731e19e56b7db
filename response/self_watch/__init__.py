"""The product watches itself: what its processes say of themselves becomes alerts, one a cause, over when the condition is."""
