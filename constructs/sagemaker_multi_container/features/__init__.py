"""What an endpoint can do beside answering calls: value objects, each with the property that it becomes."""
