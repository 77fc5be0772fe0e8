"""Wrong values for every member of every operation, made from the service model that botocore ships.

`requests(service)` yields (operation, where, body): a request of valid shape in which one member, at any depth, holds
something else. Values come from a fixed seed, so a run can be repeated.
"""
import copy
import random

import botocore.session

DEEPEST = 4


def deep(levels, kind):
    value = {"S": "x"}
    for _ in range(levels):
        value = {"M": {"a": value}} if kind == "M" else {"L": [value]}
    return value


ODD = [None, True, False, 0, -1, 1, 2**31, 2**63, 2**64, -2**63 - 1, 1e308, 1.5, -0.0, "", " ", "x", "x" * 300, "0", "-1", "true", "\u0000", "\ud7ff\U0001f600",
       "arn:aws:dynamodb:us-east-1:000000000000:table/none", "{}", "[]", [], [[]], [None], [1, "a", {}], {}, {"": ""}, {"S": "x"}, {"N": "1"}, {"N": 1},
       {"N": "NaN"}, {"B": "not base64"}, {"SS": []}, {"NS": ["1", "1"]}, {"NULL": False}, {"S": "a", "N": "1"}, {"dog": "x"}, {"M": {"": {"S": "x"}}},
       {"a": {"b": {"c": [1, 2, {"d": None}]}}}, deep(33, "M"), deep(40, "L"), {"L": [{"L": [{"BS": ["AA==", "AA=="]}]}]},
       "(" * 500, "a" * 5000, "#a = :v", "SET a = :v", "((a)) = b", "a BETWEEN", "size(size(a)) > :v", "a[99999999999999999999]", "SET a[1].b = list_append(a, b) REMOVE"]

# What makes a request get further before it meets the wrong value.
TABLE = "wrong-types"
NAMED = {"TableName": TABLE, "IndexName": "by-g", "StreamArn": "arn:aws:dynamodb:us-east-1:000000000000:table/wrong-types/stream/2026-01-01T00:00:00.000",
         "ShardId": "shardId-00000000000000000000-00000000", "KeyConditionExpression": "pk = :v", "UpdateExpression": "SET x = :v",
         "ConditionExpression": "attribute_not_exists(nix)", "FilterExpression": "n = :v", "ProjectionExpression": "#a", "AttributeName": "pk", "ShardIterator": "x"}
VALUE = {"S": "x"}


def sample(shape, name="", depth=0):
    """A value of the right type for a shape."""
    kind = shape.type_name
    if shape.name == "AttributeValue":
        return dict(VALUE)
    if name in ("Key", "Item"):
        return {"pk": dict(VALUE), "sk": {"N": "1"}}
    if name == "ExpressionAttributeValues":
        return {":v": dict(VALUE)}
    if name == "ExpressionAttributeNames":
        return {"#a": "x"}
    if kind == "structure":
        if depth > DEEPEST:
            return {}
        return {member: sample(inner, member, depth + 1) for member, inner in shape.members.items() if member in shape.required_members}
    if kind == "list":
        return [sample(shape.member, name, depth + 1)] if depth <= DEEPEST else []
    if kind == "map":
        return {TABLE if "Request" in name else "x": sample(shape.value, name, depth + 1)} if depth <= DEEPEST else {}
    if kind == "string":
        return (shape.enum or [None])[0] or NAMED.get(name, "xxxx")
    if kind in ("integer", "long"):
        return 1
    if kind in ("double", "float", "timestamp"):
        return 1.0
    if kind == "boolean":
        return True
    return "AA=="


def places(shape, body, path=(), depth=0):
    """Every place in a request where a member of the model can stand, with a body in which it does."""
    if depth > DEEPEST or shape.name == "AttributeValue":
        return
    kind = shape.type_name
    if kind == "structure":
        for member, inner in shape.members.items():
            here = (*path, member)
            filled = with_value(body, here, sample(inner, member, depth))
            yield here, filled
            yield from places(inner, filled, here, depth + 1)
    elif kind == "list":
        filled = with_value(body, (*path, 0), sample(shape.member, str(path[-1]), depth))
        yield (*path, 0), filled
        yield from places(shape.member, filled, (*path, 0), depth + 1)
    elif kind == "map":
        current = at(body, path)
        key = next(iter(current), "x") if isinstance(current, dict) else "x"
        filled = with_value(body, (*path, key), sample(shape.value, str(path[-1]), depth))
        yield (*path, key), filled
        yield from places(shape.value, filled, (*path, key), depth + 1)


def at(body, path):
    for part in path:
        try:
            body = body[part]
        except (KeyError, IndexError, TypeError):
            return None
    return body


def with_value(body, path, value):
    body = copy.deepcopy(body)
    target = body
    for number, part in enumerate(path):
        last = number == len(path) - 1
        empty = [] if not last and isinstance(path[number + 1], int) else {}
        if isinstance(target, list):
            while len(target) <= part:
                target.append(copy.deepcopy(empty))
        if last:
            target[part] = value
            return body
        following = target[part] if isinstance(target, list) or part in target else None
        if not isinstance(following, (dict, list)):
            following = empty
            target[part] = following
        target = following
    return value


def operations(service):
    return botocore.session.get_session().get_service_model(service)


def requests(service, each=12, seed=1):
    """`each` wrong values for each place of each operation; None stands for all of them."""
    dice = random.Random(seed)
    model = operations(service)
    for name in model.operation_names:
        shape = model.operation_model(name).input_shape
        if shape is None:
            continue
        body = sample(shape)
        yield name, "as it should be", body
        for odd in ([], "x", 1, None, True):
            yield name, "the body itself", odd
        for path, filled in places(shape, body):
            for value in dice.sample(ODD, each) if each else ODD:
                yield name, ".".join(map(str, path)), with_value(filled, path, value)
