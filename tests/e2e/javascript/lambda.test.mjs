// Functions and triggers with the JavaScript SDK v3: event source mappings, Invoke, and functions served from here, by URL and by
// the Lambda Runtime API.
import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { after, before, test } from "node:test";
import { CreateTableCommand, DeleteItemCommand, DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { DescribeStreamCommand, DynamoDBStreamsClient, GetRecordsCommand, GetShardIteratorCommand } from "@aws-sdk/client-dynamodb-streams";
import {
  CreateEventSourceMappingCommand, DeleteEventSourceMappingCommand, GetEventSourceMappingCommand, GetFunctionCommand,
  InvalidParameterValueException, InvalidRequestContentException, InvokeAsyncCommand, InvokeCommand, LambdaClient, ListEventSourceMappingsCommand,
  ListTagsCommand, RequestTooLargeException, ResourceConflictException, ResourceNotFoundException, ServiceException, UpdateEventSourceMappingCommand,
  paginateListEventSourceMappings,
} from "@aws-sdk/client-lambda";
import { options, start } from "./server.mjs";

// They are about this server's own paths too, so they run against no other.
const skip = Boolean(process.env.DYNASLED_ENDPOINT);
const events = [];
let behaviour, server, functions, url, db, streams, lambda;

before(async () => {
  if (skip) return;
  server = await start();
  functions = http.createServer(answer).listen(0, "127.0.0.1");
  await once(functions, "listening");
  url = `http://127.0.0.1:${functions.address().port}/2015-03-31/functions/function/invocations`;
  [db, streams, lambda] = [DynamoDBClient, DynamoDBStreamsClient, LambdaClient].map((Client) => new Client(options(server.endpoint)));
});

after(() => {
  for (const client of [db, streams, lambda]) client?.destroy();
  functions?.closeAllConnections();
  functions?.close();
  server?.stop();
});

/** A function as the Runtime Interface Emulator serves it. */
async function answer(request, response) {
  const body = Buffer.concat(await request.toArray());
  const event = body.length ? JSON.parse(body) : null;
  events.push(event);
  let result = null;
  try {
    result = await behaviour?.(event);
  } catch (error) {
    response.setHeader("X-Amz-Function-Error", "Unhandled");
    result = { errorType: error.name, errorMessage: error.message };
  }
  response.end(JSON.stringify(result ?? null));
}

async function ask(method, path, body, status = 200) {
  const reply = await fetch(server.endpoint + path, { method, body: body && JSON.stringify(body) });
  const text = await reply.text();
  assert.equal(reply.status, status, text);
  return text && JSON.parse(text);
}

const drain = () => ask("POST", "/_dynasled/triggers/drain?timeout=20s");

async function makeTable(TableName) {
  events.length = 0;
  behaviour = undefined;
  await ask("PUT", "/_dynasled/functions/by-url", { url });
  const { TableDescription } = await db.send(new CreateTableCommand({
    TableName, BillingMode: "PAY_PER_REQUEST", KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }], AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
    StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
  }));
  return {
    stream: TableDescription.LatestStreamArn,
    put: (pk, more = {}) => db.send(new PutItemCommand({ TableName, Item: { pk: { S: pk }, ...more } })),
    remove: (pk) => db.send(new DeleteItemCommand({ TableName, Key: { pk: { S: pk } } })),
  };
}

const map = (EventSourceArn, more = {}) => lambda.send(new CreateEventSourceMappingCommand({ FunctionName: "by-url", EventSourceArn, StartingPosition: "TRIM_HORIZON", ...more }));
const keys = (records) => records.map((record) => record.dynamodb.Keys.pk.S);

test("a mapping from creation to deletion", { skip }, async () => {
  const table = await makeTable("life");
  const FilterCriteria = { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] };
  const DestinationConfig = { OnFailure: { Destination: "http://127.0.0.1:1/told" } };
  const wanted = {
    BatchSize: 5, MaximumBatchingWindowInSeconds: 0, ParallelizationFactor: 2, MaximumRetryAttempts: 7, MaximumRecordAgeInSeconds: 3600, BisectBatchOnFunctionError: true,
    TumblingWindowInSeconds: 0, FunctionResponseTypes: ["ReportBatchItemFailures"], FilterCriteria, DestinationConfig,
  };
  const made = await map(table.stream, wanted);
  assert.equal(made.$metadata.httpStatusCode, 202);
  for (const [name, value] of Object.entries(wanted)) assert.deepEqual(made[name], value, name);
  assert.equal(made.FunctionArn, "arn:aws:lambda:eu-south-1:000000000000:function:by-url");
  assert.equal(made.EventSourceArn, table.stream);
  assert.ok(made.LastModified instanceof Date && Math.abs(Date.now() - made.LastModified) < 600_000);
  const { UUID } = made;
  await table.put("a");
  await table.remove("a");
  await drain();
  assert.deepEqual(events.flatMap((event) => keys(event.Records)), ["a"]);
  const shown = await lambda.send(new GetEventSourceMappingCommand({ UUID }));
  assert.deepEqual([shown.State, shown.LastProcessingResult], ["Enabled", "OK"]);
  const updated = await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false, BatchSize: 6, FilterCriteria: {}, DestinationConfig: { OnFailure: {} } }));
  assert.deepEqual([updated.BatchSize, updated.MaximumRetryAttempts, updated.FilterCriteria, updated.DestinationConfig], [6, 7, undefined, { OnFailure: {} }]);
  const deleted = await lambda.send(new DeleteEventSourceMappingCommand({ UUID }));
  assert.deepEqual([deleted.State, deleted.LastProcessingResult], ["Deleting", "OK"]);
  await assert.rejects(lambda.send(new GetEventSourceMappingCommand({ UUID })), (error) => error instanceof ResourceNotFoundException && error.Type === "User");
});

test("lists and their pages", { skip }, async () => {
  const table = await makeTable("lists");
  const made = [];
  for (const FunctionName of ["one", "two", "three"]) {
    await ask("PUT", `/_dynasled/functions/${FunctionName}`, { url });
    made.push((await map(table.stream, { FunctionName })).UUID);
  }
  const found = [];
  for await (const page of paginateListEventSourceMappings({ client: lambda, pageSize: 2 }, { EventSourceArn: table.stream })) {
    assert.ok(page.EventSourceMappings.length <= 2);
    found.push(...page.EventSourceMappings.map((mapping) => mapping.UUID));
  }
  assert.deepEqual(found, made.sort());
  const { EventSourceMappings } = await lambda.send(new ListEventSourceMappingsCommand({ FunctionName: "two" }));
  assert.deepEqual(EventSourceMappings.map((mapping) => mapping.FunctionArn.split(":").at(-1)), ["two"]);
  for (const UUID of made) await lambda.send(new DeleteEventSourceMappingCommand({ UUID }));
});

test("refusals are the service's own", { skip }, async () => {
  const table = await makeTable("refusals");
  const { UUID } = await map(table.stream);
  await assert.rejects(map(table.stream), (error) => error instanceof ResourceConflictException && error.message.includes(UUID));
  await assert.rejects(map(table.stream, { FunctionName: "nobody" }), InvalidParameterValueException);
  await assert.rejects(lambda.send(new UpdateEventSourceMappingCommand({ UUID, FilterCriteria: { Filters: [{ Pattern: "{" }] } })), InvalidParameterValueException);
  await assert.rejects(lambda.send(new UpdateEventSourceMappingCommand({ UUID, BatchSize: 0 })), { name: "ValidationException" });
  await assert.rejects(lambda.send(new InvokeCommand({ FunctionName: "nobody" })), ResourceNotFoundException);
  await assert.rejects(lambda.send(new InvokeCommand({ FunctionName: "by-url", Payload: "{" })), InvalidRequestContentException);
  for (const megabytes of [7, 17]) {
    await assert.rejects(lambda.send(new InvokeCommand({ FunctionName: "by-url", Payload: JSON.stringify("x".repeat(megabytes << 20)) })), RequestTooLargeException);
  }
  await ask("PUT", "/_dynasled/functions/nowhere", { url: "http://127.0.0.1:1/" });
  await assert.rejects(lambda.send(new InvokeCommand({ FunctionName: "nowhere" })), (error) => error instanceof ServiceException && error.$metadata.httpStatusCode === 502);
  for (const command of [new GetFunctionCommand({ FunctionName: "by-url" }), new ListTagsCommand({ Resource: "arn:aws:lambda:eu-south-1:000000000000:function:by-url" })]) {
    await assert.rejects(lambda.send(command), { name: "UnknownOperationException" });
  }
  await lambda.send(new DeleteEventSourceMappingCommand({ UUID }));
});

test("the function sees what the stream says", { skip }, async () => {
  const table = await makeTable("seen");
  await map(table.stream);
  const more = { text: { S: "ünï 🐙" }, number: { N: "1.5" }, bytes: { B: new Uint8Array([0, 255]) }, set: { BS: [new Uint8Array([1])] }, list: { L: [{ NULL: true }, { BOOL: false }] } };
  await table.put("a", more);
  await table.put("a", { number: { N: "2" } });
  await table.remove("a");
  await drain();
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn: table.stream }));
  const { ShardIterator } = await streams.send(new GetShardIteratorCommand({ StreamArn: table.stream, ShardId: StreamDescription.Shards[0].ShardId, ShardIteratorType: "TRIM_HORIZON" }));
  const { Records } = await streams.send(new GetRecordsCommand({ ShardIterator }));
  const seen = events.flatMap((event) => event.Records);
  assert.deepEqual(seen.map((record) => record.eventName), ["INSERT", "MODIFY", "REMOVE"]);
  const essence = (record) => [record.eventID, record.eventName, record.awsRegion, record.dynamodb.SequenceNumber, record.dynamodb.SizeBytes, record.dynamodb.Keys];
  assert.deepEqual(seen.map(essence), Records.map(essence));
  assert.deepEqual(seen[0].dynamodb.NewImage, { pk: { S: "a" }, ...more, bytes: { B: "AP8=" }, set: { BS: ["AQ=="] } });
  assert.deepEqual([seen[0].eventSourceARN, Number.isInteger(seen[0].dynamodb.ApproximateCreationDateTime)], [table.stream, true]);
});

test("a function by the Runtime API reports what it could not do", { skip }, async () => {
  const table = await makeTable("runtime");
  const { runtime_api } = await ask("PUT", "/_dynasled/functions/by-runtime", { runtime_api: true });
  const root = `http://${runtime_api}/2018-06-01/runtime/invocation`;
  const batches = [];
  const running = new AbortController();
  const runtime = (async () => {
    for (let poisoned = true; ; ) {
      const next = await fetch(`${root}/next`, { signal: running.signal });
      const { Records } = await next.json();
      batches.push(keys(Records));
      const bad = poisoned ? Records.filter((record) => keys([record])[0] === "3") : [];
      poisoned &&= bad.length === 0;
      const batchItemFailures = bad.map((record) => ({ itemIdentifier: record.dynamodb.SequenceNumber }));
      const done = await fetch(`${root}/${next.headers.get("Lambda-Runtime-Aws-Request-Id")}/response`, { method: "POST", body: JSON.stringify({ batchItemFailures }) });
      assert.equal(done.status, 202);
      await done.arrayBuffer();
    }
  })();
  for (const pk of ["0", "1", "2", "3", "4", "5"]) await table.put(pk);
  await map(table.stream, { FunctionName: "by-runtime", BatchSize: 6, MaximumBatchingWindowInSeconds: 1, FunctionResponseTypes: ["ReportBatchItemFailures"] });
  await drain();
  running.abort();
  await assert.rejects(runtime, { name: "AbortError" });
  assert.deepEqual(batches, [["0", "1", "2", "3", "4", "5"], ["3", "4", "5"]]);
});

test("invocations", { skip }, async () => {
  await makeTable("invocations");
  behaviour = (event) => {
    if (event.fails) throw new RangeError("as it happens");
    return { got: event };
  };
  const invoke = (more) => lambda.send(new InvokeCommand({ FunctionName: "by-url", ...more }));
  const told = await invoke({ Payload: new TextEncoder().encode('{"a":"é"}'), LogType: "Tail" });
  assert.deepEqual([told.StatusCode, told.ExecutedVersion, told.FunctionError], [200, "$LATEST", undefined]);
  assert.deepEqual(JSON.parse(told.Payload.transformToString()), { got: { a: "é" } });
  const failed = await invoke({ Payload: '{"fails":true}' });
  assert.deepEqual([failed.StatusCode, failed.FunctionError], [200, "Unhandled"]);
  assert.deepEqual(JSON.parse(failed.Payload.transformToString()), { errorType: "RangeError", errorMessage: "as it happens" });
  assert.equal((await invoke({ InvocationType: "DryRun" })).StatusCode, 204);
  const count = events.length;
  const arrived = once(functions, "request");
  assert.equal((await invoke({ InvocationType: "Event", Payload: '{"later":1}' })).StatusCode, 202);
  await arrived;
  assert.equal((await lambda.send(new InvokeAsyncCommand({ FunctionName: "by-url", InvokeArgs: '{"later":2}' }))).Status, 202);
  while (events.length < count + 2) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual(events.slice(count), [{ later: 1 }, { later: 2 }]);
});
