"""The Cruddur function with a witness: notes each event in the file named by RECORD_FILE, one JSON line each, then runs it."""
import json
import os

import cruddur_messaging_stream as function


def lambda_handler(event, context):
    with open(os.environ["RECORD_FILE"], "a") as out:
        records = [[record["eventName"], record["dynamodb"]["SequenceNumber"]] for record in event["Records"]]
        out.write(json.dumps({"records": records, "request": context.aws_request_id, "arn": context.invoked_function_arn,
                              "left_ms": context.get_remaining_time_in_millis()}) + "\n")
    return function.lambda_handler(event, context)
