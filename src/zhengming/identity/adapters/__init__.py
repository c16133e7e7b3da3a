"""What asks others: documented protocols of cloud services, and one that is described by a template."""
