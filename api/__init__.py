"""A thin face over the services: people and programs meet facts."""
