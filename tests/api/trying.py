"""What properties are made of: requests that must succeed, and parameters as their schemas have them."""
from mutations import Mutations


class Trying:
    """One operation after the other is tried; what is wrong goes to World.complain."""

    def __init__(self, world, random, values, description):
        self.world, self.random, self.values, self.description = world, random, values, description
        self.mutations = Mutations(random, values, description)

    def good(self, operation):
        prepared = self.world.prepare(operation)
        return self.world.request(operation, prepared, self.world.good_body(operation, prepared), prepared.query)

    def of_parameter(self, parameter):
        value = self.values.of(parameter['schema'])
        value = value[0] if isinstance(value, list) and value else value
        if isinstance(value, bool):
            return 'true' if value else 'false'
        return str(value)[:256]  # percent-encoded it must go into the request line
