"""From MQTT to qualified readings, safe."""
