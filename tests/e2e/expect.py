"""What tests say about tables and answers: table definitions from short words, refusals with their exact message."""
import re

import pytest
from botocore.exceptions import ClientError

VE = "ValidationException"
ENV = "1 validation error detected: "


def table_definition(name, hash_key, range_key=None, gsi=None, lsi=None, stream=None, **more):
    """A CreateTable input from "name:type" keys. An index is {name: (hash, range or None[, projection])}."""
    types_of = {}

    def schema(*keys):
        elements = []
        for key, kind in zip(keys, ("HASH", "RANGE")):
            if key:
                attribute, kind_of = key.split(":")
                types_of[attribute] = kind_of
                elements.append({"AttributeName": attribute, "KeyType": kind})
        return elements

    def index(name, parts):
        projection = parts[2] if len(parts) > 2 else "ALL"
        if isinstance(projection, list):
            projection = {"ProjectionType": "INCLUDE", "NonKeyAttributes": projection}
        else:
            projection = {"ProjectionType": projection}
        return {"IndexName": name, "KeySchema": schema(parts[0], parts[1]), "Projection": projection}

    definition = {"TableName": name, "KeySchema": schema(hash_key, range_key), "BillingMode": "PAY_PER_REQUEST"}
    if gsi:
        definition["GlobalSecondaryIndexes"] = [index(*pair) for pair in gsi.items()]
    if lsi:
        definition["LocalSecondaryIndexes"] = [index(*pair) for pair in lsi.items()]
    if stream:
        definition["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": stream}
    definition["AttributeDefinitions"] = [{"AttributeName": a, "AttributeType": t} for a, t in types_of.items()]
    return {**definition, **more}


class Refused:
    """What `refused` caught."""

    def __init__(self, error):
        self.kind = error.response["Error"]["Code"]
        self.message = error.response["Error"]["Message"]
        self.response = error.response


def refused(kind, message, function, /, **arguments):
    """Asserts that a call is refused with this exception and exact message (None: any; a compiled pattern: search)."""
    with pytest.raises(ClientError) as caught:
        function(**arguments)
    found = Refused(caught.value)
    assert found.kind == kind, (found.kind, found.message)
    if isinstance(message, re.Pattern):
        assert message.search(found.message), found.message
    elif message is not None:
        assert found.message == message
    return found


def wire(item):
    """A row of the conversation as attribute values."""
    return {name: {"S": value} for name, value in item.items()}
