"""A building that speaks MQTT. It knows the nouns and nothing of the duty room."""
