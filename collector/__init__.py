"""MQTT messages become qualified readings that are safe."""
