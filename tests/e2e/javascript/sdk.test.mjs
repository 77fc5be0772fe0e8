// The JavaScript SDK v3 against the server: table, items, expressions, batches, paginators, waiters, streams, errors.
// Starts the binary named by DYNASLED_BIN on a free port; with DYNASLED_ENDPOINT set it uses that server instead.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  ConditionalCheckFailedException, CreateTableCommand, DeleteTableCommand, DescribeTableCommand, DynamoDBClient, ListTablesCommand,
  ResourceInUseException, ResourceNotFoundException, UpdateTableCommand, paginateListTables, waitUntilTableExists, waitUntilTableNotExists,
} from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand, BatchWriteCommand, DeleteCommand, DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand, ScanCommand, UpdateCommand,
  paginateQuery, paginateScan,
} from "@aws-sdk/lib-dynamodb";
import { DescribeStreamCommand, DynamoDBStreamsClient, GetRecordsCommand, GetShardIteratorCommand, ListStreamsCommand } from "@aws-sdk/client-dynamodb-streams";
import { options, start } from "./server.mjs";

const table = "javascript";
let server, db, doc, streams;

before(async () => {
  if (!process.env.DYNASLED_ENDPOINT) server = await start();
  const wanted = options(process.env.DYNASLED_ENDPOINT ?? server.endpoint);
  db = new DynamoDBClient(wanted);
  doc = DynamoDBDocumentClient.from(db, { marshallOptions: { removeUndefinedValues: true } });
  streams = new DynamoDBStreamsClient(wanted);
  await db.send(new CreateTableCommand({
    TableName: table,
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }, { AttributeName: "sk", KeyType: "RANGE" }],
    AttributeDefinitions: [
      { AttributeName: "pk", AttributeType: "S" }, { AttributeName: "sk", AttributeType: "N" }, { AttributeName: "group", AttributeType: "S" },
    ],
    GlobalSecondaryIndexes: [{
      IndexName: "by-group", KeySchema: [{ AttributeName: "group", KeyType: "HASH" }, { AttributeName: "sk", KeyType: "RANGE" }], Projection: { ProjectionType: "ALL" },
    }],
    StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
  }));
  await waitUntilTableExists({ client: db, maxWaitTime: 10, minDelay: 1 }, { TableName: table });
});

after(async () => {
  if (db) await db.send(new DeleteTableCommand({ TableName: table }));
  db?.destroy();
  streams?.destroy();
  server?.stop();
});

test("the table is described", async () => {
  const { Table } = await db.send(new DescribeTableCommand({ TableName: table }));
  assert.equal(Table.TableStatus, "ACTIVE");
  assert.equal(Table.BillingModeSummary.BillingMode, "PAY_PER_REQUEST");
  assert.ok(Table.CreationDateTime instanceof Date && Math.abs(Date.now() - Table.CreationDateTime) < 600_000);
  assert.ok(Table.LatestStreamArn.startsWith(Table.TableArn));
  if (!process.env.DYNASLED_ENDPOINT) assert.equal(Table.TableArn, `arn:aws:dynamodb:eu-south-1:000000000000:table/${table}`);
});

test("values of every kind come back", async () => {
  const Item = {
    pk: "kinds", sk: 1, text: "ünï 🐙", empty: "", whole: 42, fraction: 0.125, negative: -7, yes: true, no: false, nothing: null,
    bytes: new Uint8Array([0, 1, 255]), list: [1, "two", [3, { four: 4 }]], map: { a: { b: { c: [] } } }, strings: new Set(["a", "b"]), numbers: new Set([1, 2]),
  };
  await doc.send(new PutCommand({ TableName: table, Item }));
  const found = await doc.send(new GetCommand({ TableName: table, Key: { pk: "kinds", sk: 1 }, ConsistentRead: true, ReturnConsumedCapacity: "TOTAL" }));
  assert.deepEqual(found.Item, Item);
  assert.deepEqual(found.ConsumedCapacity, { TableName: table, CapacityUnits: 1 });
  const missing = await doc.send(new GetCommand({ TableName: table, Key: { pk: "nobody", sk: 1 } }));
  assert.equal(missing.Item, undefined);
});

test("updates and conditions", async () => {
  const Key = { pk: "counter", sk: 1 };
  const add = () => doc.send(new UpdateCommand({
    TableName: table, Key, UpdateExpression: "ADD hits :one SET seen = list_append(if_not_exists(seen, :none), :now)",
    ExpressionAttributeValues: { ":one": 1, ":none": [], ":now": ["x"] }, ReturnValues: "ALL_NEW",
  }));
  await add();
  assert.deepEqual((await add()).Attributes, { ...Key, hits: 2, seen: ["x", "x"] });
  const once = { TableName: table, Item: { ...Key, hits: 0 }, ConditionExpression: "attribute_not_exists(pk)", ReturnValuesOnConditionCheckFailure: "ALL_OLD" };
  await assert.rejects(doc.send(new PutCommand(once)), (error) => {
    assert.ok(error instanceof ConditionalCheckFailedException);
    assert.equal(error.message, "The conditional request failed");
    assert.deepEqual(error.Item.hits, { N: "2" });
    return true;
  });
  const gone = await doc.send(new DeleteCommand({ TableName: table, Key, ConditionExpression: "hits = :two", ExpressionAttributeValues: { ":two": 2 }, ReturnValues: "ALL_OLD" }));
  assert.equal(gone.Attributes.hits, 2);
});

test("batches, queries and paginators", async () => {
  for (let start = 0; start < 100; start += 25) {
    const puts = Array.from({ length: 25 }, (_, step) => ({ PutRequest: { Item: { pk: "pages", sk: start + step, group: (start + step) % 2 ? "odd" : "even" } } }));
    const answer = await doc.send(new BatchWriteCommand({ RequestItems: { [table]: puts } }));
    assert.deepEqual(answer.UnprocessedItems, {});
  }
  const all = [];
  const query = { TableName: table, KeyConditionExpression: "pk = :p", ExpressionAttributeValues: { ":p": "pages" } };
  for await (const page of paginateQuery({ client: doc, pageSize: 30 }, { ...query })) all.push(...page.Items.map((item) => item.sk));
  assert.deepEqual(all, Array.from({ length: 100 }, (_, n) => n));
  const newest = await doc.send(new QueryCommand({ ...query, ScanIndexForward: false, Limit: 3 }));
  assert.deepEqual(newest.Items.map((item) => item.sk), [99, 98, 97]);
  assert.deepEqual(newest.LastEvaluatedKey, { pk: "pages", sk: 97 });
  const odd = await doc.send(new QueryCommand({
    TableName: table, IndexName: "by-group", KeyConditionExpression: "#g = :g AND sk BETWEEN :a AND :b",
    ExpressionAttributeNames: { "#g": "group" }, ExpressionAttributeValues: { ":g": "odd", ":a": 10, ":b": 20 },
  }));
  assert.deepEqual(odd.Items.map((item) => item.sk), [11, 13, 15, 17, 19]);
  let scanned = 0;
  for await (const page of paginateScan({ client: doc, pageSize: 17 }, { TableName: table, IndexName: "by-group" })) scanned += page.Count;
  assert.equal(scanned, 100);
  const got = await doc.send(new BatchGetCommand({ RequestItems: { [table]: { Keys: [{ pk: "pages", sk: 5 }, { pk: "pages", sk: 500 }], ProjectionExpression: "sk" } } }));
  assert.deepEqual(got.Responses, { [table]: [{ sk: 5 }] });
  const few = await doc.send(new ScanCommand({ TableName: table, FilterExpression: "sk > :n AND pk = :p", ExpressionAttributeValues: { ":n": 97, ":p": "pages" } }));
  assert.deepEqual(few.Items.map((item) => item.sk).sort(), [98, 99]);
});

test("the stream tells what happened", async () => {
  const { Table } = await db.send(new DescribeTableCommand({ TableName: table }));
  const { Streams } = await streams.send(new ListStreamsCommand({ TableName: table }));
  assert.ok(Streams.some((stream) => stream.StreamArn === Table.LatestStreamArn));
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn: Table.LatestStreamArn }));
  assert.equal(StreamDescription.StreamStatus, "ENABLED");
  const latest = await Promise.all(StreamDescription.Shards.map(async ({ ShardId }) =>
    (await streams.send(new GetShardIteratorCommand({ StreamArn: Table.LatestStreamArn, ShardId, ShardIteratorType: "LATEST" }))).ShardIterator));
  await doc.send(new PutCommand({ TableName: table, Item: { pk: "s", sk: 1, v: "one" } }));
  await doc.send(new PutCommand({ TableName: table, Item: { pk: "s", sk: 1, v: "two" } }));
  await doc.send(new PutCommand({ TableName: table, Item: { pk: "s", sk: 1, v: "two" } }));
  await doc.send(new DeleteCommand({ TableName: table, Key: { pk: "s", sk: 1 } }));
  const pages = await Promise.all(latest.map((ShardIterator) => streams.send(new GetRecordsCommand({ ShardIterator }))));
  const records = pages.flatMap((page) => page.Records);
  assert.deepEqual(records.map((record) => record.eventName), ["INSERT", "MODIFY", "REMOVE"]);
  assert.deepEqual(records[1].dynamodb.OldImage.v, { S: "one" });
  assert.deepEqual(records[1].dynamodb.NewImage.v, { S: "two" });
  assert.ok(records[0].dynamodb.ApproximateCreationDateTime instanceof Date);
  if (!process.env.DYNASLED_ENDPOINT) assert.equal(records[0].awsRegion, "eu-south-1");
  assert.ok(pages.every((page) => page.NextShardIterator));
});

test("errors are the service's own", async () => {
  await assert.rejects(db.send(new DescribeTableCommand({ TableName: "not-there" })), (error) => error instanceof ResourceNotFoundException);
  await assert.rejects(doc.send(new GetCommand({ TableName: "not-there", Key: { pk: "a", sk: 1 } })), { name: "ResourceNotFoundException" });
  await assert.rejects(db.send(new CreateTableCommand({
    TableName: table, BillingMode: "PAY_PER_REQUEST", KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }], AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
  })), (error) => error instanceof ResourceInUseException);
  await assert.rejects(doc.send(new QueryCommand({ TableName: table, KeyConditionExpression: "pk = " })), (error) => {
    assert.equal(error.name, "ValidationException");
    assert.match(error.message, /Invalid KeyConditionExpression: Syntax error; token: "<EOF>"/);
    assert.equal(error.$metadata.httpStatusCode, 400);
    return true;
  });
  await assert.rejects(db.send(new UpdateTableCommand({ TableName: table })), { name: "ValidationException" });
});

test("tables come, are listed and go", async () => {
  const made = Array.from({ length: 5 }, (_, n) => `javascript-list-${n}`);
  for (const TableName of made) {
    await db.send(new CreateTableCommand({
      TableName, BillingMode: "PAY_PER_REQUEST", KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }], AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
    }));
  }
  const names = [];
  for await (const page of paginateListTables({ client: db, pageSize: 2 }, {})) names.push(...page.TableNames);
  assert.deepEqual(names.filter((name) => made.includes(name)), made);
  for (const TableName of made) {
    await db.send(new DeleteTableCommand({ TableName }));
    await waitUntilTableNotExists({ client: db, maxWaitTime: 10, minDelay: 1 }, { TableName });
  }
  const { TableNames } = await db.send(new ListTablesCommand({}));
  assert.ok(!TableNames.some((name) => made.includes(name)));
});
