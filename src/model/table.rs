//! The inputs of all operations, generated from `fixtures/model` by `tests/generated.rs`; not edited by hand.
//!
//! One row per shape that has members or constraints; everything else is one of the rows of `shape`. Differences
//! observed in the service are in `overrides`.

use super::shape::{
    DOUBLE, FLAG, INTEGER, LONG, Shape, TABLE, TEXT, TIMESTAMP, VALUE, integer, list, long, map, optional,
    pattern, required, structure, text, words,
};

/// The input of every operation.
pub static INPUTS: &[(&str, &Shape)] = &[
    ("BatchExecuteStatement", &BATCH_EXECUTE_STATEMENT_INPUT),
    ("BatchGetItem", &BATCH_GET_ITEM_INPUT),
    ("BatchWriteItem", &BATCH_WRITE_ITEM_INPUT),
    ("CancelBulkOperation", &CANCEL_BULK_OPERATION_INPUT),
    ("CreateBackup", &CREATE_BACKUP_INPUT),
    ("CreateGlobalTable", &CREATE_GLOBAL_TABLE_INPUT),
    ("CreateTable", &CREATE_TABLE_INPUT),
    ("DeleteBackup", &DELETE_BACKUP_INPUT),
    ("DeleteItem", &DELETE_ITEM_INPUT),
    ("DeleteResourcePolicy", &DELETE_RESOURCE_POLICY_INPUT),
    ("DeleteTable", &DELETE_TABLE_INPUT),
    ("DescribeBackup", &DESCRIBE_BACKUP_INPUT),
    ("DescribeBulkOperation", &DESCRIBE_BULK_OPERATION_INPUT),
    ("DescribeContinuousBackups", &DESCRIBE_CONTINUOUS_BACKUPS_INPUT),
    ("DescribeContributorInsights", &DESCRIBE_CONTRIBUTOR_INSIGHTS_INPUT),
    ("DescribeEndpoints", &DESCRIBE_ENDPOINTS_REQUEST),
    ("DescribeExport", &DESCRIBE_EXPORT_INPUT),
    ("DescribeGlobalTable", &DESCRIBE_GLOBAL_TABLE_INPUT),
    ("DescribeGlobalTableSettings", &DESCRIBE_GLOBAL_TABLE_SETTINGS_INPUT),
    ("DescribeImport", &DESCRIBE_IMPORT_INPUT),
    ("DescribeKinesisStreamingDestination", &DESCRIBE_KINESIS_STREAMING_DESTINATION_INPUT),
    ("DescribeLimits", &DESCRIBE_LIMITS_INPUT),
    ("DescribeStream", &DESCRIBE_STREAM_INPUT),
    ("DescribeTable", &DESCRIBE_TABLE_INPUT),
    ("DescribeTableReplicaAutoScaling", &DESCRIBE_TABLE_REPLICA_AUTO_SCALING_INPUT),
    ("DescribeTimeToLive", &DESCRIBE_TIME_TO_LIVE_INPUT),
    ("DisableKinesisStreamingDestination", &KINESIS_STREAMING_DESTINATION_INPUT),
    ("EnableKinesisStreamingDestination", &KINESIS_STREAMING_DESTINATION_INPUT),
    ("ExecuteStatement", &EXECUTE_STATEMENT_INPUT),
    ("ExecuteTransaction", &EXECUTE_TRANSACTION_INPUT),
    ("ExportTableToPointInTime", &EXPORT_TABLE_TO_POINT_IN_TIME_INPUT),
    ("GetItem", &GET_ITEM_INPUT),
    ("GetRecords", &GET_RECORDS_INPUT),
    ("GetResourcePolicy", &GET_RESOURCE_POLICY_INPUT),
    ("GetShardIterator", &GET_SHARD_ITERATOR_INPUT),
    ("ImportTable", &IMPORT_TABLE_INPUT),
    ("ListBackups", &LIST_BACKUPS_INPUT),
    ("ListBulkOperations", &LIST_BULK_OPERATIONS_INPUT),
    ("ListContributorInsights", &LIST_CONTRIBUTOR_INSIGHTS_INPUT),
    ("ListExports", &LIST_EXPORTS_INPUT),
    ("ListGlobalTables", &LIST_GLOBAL_TABLES_INPUT),
    ("ListImports", &LIST_IMPORTS_INPUT),
    ("ListStreams", &LIST_STREAMS_INPUT),
    ("ListTables", &LIST_TABLES_INPUT),
    ("ListTagsOfResource", &LIST_TAGS_OF_RESOURCE_INPUT),
    ("PutItem", &PUT_ITEM_INPUT),
    ("PutResourcePolicy", &PUT_RESOURCE_POLICY_INPUT),
    ("Query", &QUERY_INPUT),
    ("RestoreTableFromBackup", &RESTORE_TABLE_FROM_BACKUP_INPUT),
    ("RestoreTableToPointInTime", &RESTORE_TABLE_TO_POINT_IN_TIME_INPUT),
    ("Scan", &SCAN_INPUT),
    ("SearchVectors", &SEARCH_VECTORS_INPUT),
    ("StartBulkPutItems", &START_BULK_PUT_ITEMS_INPUT),
    ("TagResource", &TAG_RESOURCE_INPUT),
    ("TransactGetItems", &TRANSACT_GET_ITEMS_INPUT),
    ("TransactWriteItems", &TRANSACT_WRITE_ITEMS_INPUT),
    ("UntagResource", &UNTAG_RESOURCE_INPUT),
    ("UpdateContinuousBackups", &UPDATE_CONTINUOUS_BACKUPS_INPUT),
    ("UpdateContributorInsights", &UPDATE_CONTRIBUTOR_INSIGHTS_INPUT),
    ("UpdateGlobalTable", &UPDATE_GLOBAL_TABLE_INPUT),
    ("UpdateGlobalTableSettings", &UPDATE_GLOBAL_TABLE_SETTINGS_INPUT),
    ("UpdateItem", &UPDATE_ITEM_INPUT),
    ("UpdateKinesisStreamingDestination", &UPDATE_KINESIS_STREAMING_DESTINATION_INPUT),
    ("UpdateTable", &UPDATE_TABLE_INPUT),
    ("UpdateTableReplicaAutoScaling", &UPDATE_TABLE_REPLICA_AUTO_SCALING_INPUT),
    ("UpdateTimeToLive", &UPDATE_TIME_TO_LIVE_INPUT),
];

static APPROXIMATE_CREATION_DATE_TIME_PRECISION: Shape = words(&["MILLISECOND", "MICROSECOND"]);
static ATTRIBUTE_ACTION: Shape = words(&["ADD", "PUT", "DELETE"]);
static ATTRIBUTE_DEFINITION: Shape = structure("AttributeDefinition", &[
    required("AttributeName", &KEY_SCHEMA_ATTRIBUTE_NAME),
    required("AttributeType", &SCALAR_ATTRIBUTE_TYPE),
]);
static ATTRIBUTE_DEFINITIONS: Shape = list(&ATTRIBUTE_DEFINITION, 0, u64::MAX);
static ATTRIBUTE_NAME: Shape = text(0, 65535);
static ATTRIBUTE_NAME_LIST: Shape = list(&ATTRIBUTE_NAME, 1, u64::MAX);
static ATTRIBUTE_UPDATES: Shape = map(&ATTRIBUTE_NAME, &ATTRIBUTE_VALUE_UPDATE, 0, u64::MAX);
static ATTRIBUTE_VALUE_LIST: Shape = list(&VALUE, 0, u64::MAX);
static ATTRIBUTE_VALUE_UPDATE: Shape = structure("AttributeValueUpdate", &[
    optional("Value", &VALUE),
    optional("Action", &ATTRIBUTE_ACTION),
]);
static AUTO_SCALING_POLICY_NAME: Shape = pattern(1, 256, r"\p{Print}+");
static AUTO_SCALING_POLICY_UPDATE: Shape = structure("AutoScalingPolicyUpdate", &[
    optional("PolicyName", &AUTO_SCALING_POLICY_NAME),
    required("TargetTrackingScalingPolicyConfiguration", &AUTO_SCALING_TARGET_TRACKING_SCALING_POLICY_CONFIGURATION_UPDATE),
]);
static AUTO_SCALING_ROLE_ARN: Shape = pattern(1, 1600, r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*");
static AUTO_SCALING_SETTINGS_UPDATE: Shape = structure("AutoScalingSettingsUpdate", &[
    optional("MinimumUnits", &POSITIVE_LONG_OBJECT),
    optional("MaximumUnits", &POSITIVE_LONG_OBJECT),
    optional("AutoScalingDisabled", &FLAG),
    optional("AutoScalingRoleArn", &AUTO_SCALING_ROLE_ARN),
    optional("ScalingPolicyUpdate", &AUTO_SCALING_POLICY_UPDATE),
]);
static AUTO_SCALING_TARGET_TRACKING_SCALING_POLICY_CONFIGURATION_UPDATE: Shape = structure("AutoScalingTargetTrackingScalingPolicyConfigurationUpdate", &[
    optional("DisableScaleIn", &FLAG),
    optional("ScaleInCooldown", &INTEGER),
    optional("ScaleOutCooldown", &INTEGER),
    required("TargetValue", &DOUBLE),
]);
static BACKUPS_INPUT_LIMIT: Shape = integer(1, 100);
static BACKUP_ARN: Shape = text(37, 1024);
static BACKUP_NAME: Shape = pattern(3, 255, r"[a-zA-Z0-9_.-]+");
static BACKUP_TYPE_FILTER: Shape = words(&["USER", "SYSTEM", "AWS_BACKUP", "ALL"]);
/// The input of `BatchExecuteStatement`.
pub static BATCH_EXECUTE_STATEMENT_INPUT: Shape = structure("BatchExecuteStatementInput", &[
    required("Statements", &PARTI_QL_BATCH_REQUEST),
    optional("ReturnConsumedCapacity", &RETURN_CONSUMED_CAPACITY),
]);
/// The input of `BatchGetItem`.
pub static BATCH_GET_ITEM_INPUT: Shape = structure("BatchGetItemInput", &[
    required("RequestItems", &BATCH_GET_REQUEST_MAP),
    optional("ReturnConsumedCapacity", &RETURN_CONSUMED_CAPACITY),
]);
static BATCH_GET_REQUEST_MAP: Shape = map(&TABLE, &KEYS_AND_ATTRIBUTES, 1, 100);
static BATCH_STATEMENT_REQUEST: Shape = structure("BatchStatementRequest", &[
    required("Statement", &PARTI_QL_STATEMENT),
    optional("Parameters", &PREPARED_STATEMENT_PARAMETERS),
    optional("ConsistentRead", &FLAG),
    optional("ReturnValuesOnConditionCheckFailure", &RETURN_VALUES_ON_CONDITION_CHECK_FAILURE),
]);
/// The input of `BatchWriteItem`.
pub static BATCH_WRITE_ITEM_INPUT: Shape = structure("BatchWriteItemInput", &[
    required("RequestItems", &BATCH_WRITE_ITEM_REQUEST_MAP),
    optional("ReturnConsumedCapacity", &RETURN_CONSUMED_CAPACITY),
    optional("ReturnItemCollectionMetrics", &RETURN_ITEM_COLLECTION_METRICS),
]);
static BATCH_WRITE_ITEM_REQUEST_MAP: Shape = map(&TABLE, &WRITE_REQUESTS, 1, 25);
static BILLING_MODE: Shape = words(&["PROVISIONED", "PAY_PER_REQUEST"]);
static BULK_OPERATION_ARN: Shape = text(37, 1024);
static BULK_OPERATION_INPUT_FORMAT: Shape = words(&["DYNAMODB_JSON", "ION"]);
static BULK_OPERATION_MAX_WRITE_REQUEST_UNITS: Shape = long(1024, i64::MAX);
static BULK_OPERATION_NEXT_TOKEN: Shape = pattern(1, 1024, r"([0-9a-f]{16})+");
static BULK_OPERATION_PERFORMANCE_TIER: Shape = words(&["STANDARD", "ACCELERATED"]);
/// The input of `CancelBulkOperation`.
pub static CANCEL_BULK_OPERATION_INPUT: Shape = structure("CancelBulkOperationInput", &[
    required("BulkOperationArn", &BULK_OPERATION_ARN),
]);
static CLIENT_REQUEST_TOKEN: Shape = text(1, 36);
static CLIENT_TOKEN: Shape = pattern(0, u64::MAX, r"^[^\$]+$");
static COMPARISON_OPERATOR: Shape = words(&["EQ", "NE", "IN", "LE", "LT", "GE", "GT", "BETWEEN", "NOT_NULL", "NULL", "CONTAINS", "NOT_CONTAINS", "BEGINS_WITH"]);
static CONDITION: Shape = structure("Condition", &[
    optional("AttributeValueList", &ATTRIBUTE_VALUE_LIST),
    required("ComparisonOperator", &COMPARISON_OPERATOR),
]);
static CONDITIONAL_OPERATOR: Shape = words(&["AND", "OR"]);
static CONDITION_CHECK: Shape = structure("ConditionCheck", &[
    required("Key", &KEY),
    required("TableName", &TABLE),
    required("ConditionExpression", &TEXT),
    optional("ExpressionAttributeNames", &EXPRESSION_ATTRIBUTE_NAME_MAP),
    optional("ExpressionAttributeValues", &EXPRESSION_ATTRIBUTE_VALUE_MAP),
    optional("ReturnValuesOnConditionCheckFailure", &RETURN_VALUES_ON_CONDITION_CHECK_FAILURE),
]);
static CONTRIBUTOR_INSIGHTS_ACTION: Shape = words(&["ENABLE", "DISABLE"]);
static CONTRIBUTOR_INSIGHTS_MODE: Shape = words(&["ACCESSED_AND_THROTTLED_KEYS", "THROTTLED_KEYS"]);
/// The input of `CreateBackup`.
pub static CREATE_BACKUP_INPUT: Shape = structure("CreateBackupInput", &[
    required("TableName", &TABLE),
    required("BackupName", &BACKUP_NAME),
]);
static CREATE_GLOBAL_SECONDARY_INDEX_ACTION: Shape = structure("CreateGlobalSecondaryIndexAction", &[
    required("IndexName", &INDEX_NAME),
    required("KeySchema", &KEY_SCHEMA),
    required("Projection", &PROJECTION),
    optional("ProvisionedThroughput", &PROVISIONED_THROUGHPUT),
    optional("OnDemandThroughput", &ON_DEMAND_THROUGHPUT),
    optional("WarmThroughput", &WARM_THROUGHPUT),
]);
/// The input of `CreateGlobalTable`.
pub static CREATE_GLOBAL_TABLE_INPUT: Shape = structure("CreateGlobalTableInput", &[
    required("GlobalTableName", &TABLE_NAME),
    required("ReplicationGroup", &REPLICA_LIST),
]);
static CREATE_GLOBAL_TABLE_WITNESS_GROUP_MEMBER_ACTION: Shape = structure("CreateGlobalTableWitnessGroupMemberAction", &[
    required("RegionName", &TEXT),
]);
static CREATE_REPLICATION_GROUP_MEMBER_ACTION: Shape = structure("CreateReplicationGroupMemberAction", &[
    required("RegionName", &TEXT),
    optional("KMSMasterKeyId", &TEXT),
    optional("ProvisionedThroughputOverride", &PROVISIONED_THROUGHPUT_OVERRIDE),
    optional("OnDemandThroughputOverride", &ON_DEMAND_THROUGHPUT_OVERRIDE),
    optional("GlobalSecondaryIndexes", &REPLICA_GLOBAL_SECONDARY_INDEX_LIST),
    optional("TableClassOverride", &TABLE_CLASS),
]);
static CREATE_REPLICA_ACTION: Shape = structure("CreateReplicaAction", &[
    required("RegionName", &TEXT),
]);
/// The input of `CreateTable`.
pub static CREATE_TABLE_INPUT: Shape = structure("CreateTableInput", &[
    optional("AttributeDefinitions", &ATTRIBUTE_DEFINITIONS),
    required("TableName", &TABLE),
    optional("KeySchema", &KEY_SCHEMA),
    optional("LocalSecondaryIndexes", &LOCAL_SECONDARY_INDEX_LIST),
    optional("GlobalSecondaryIndexes", &GLOBAL_SECONDARY_INDEX_LIST),
    optional("BillingMode", &BILLING_MODE),
    optional("ProvisionedThroughput", &PROVISIONED_THROUGHPUT),
    optional("StreamSpecification", &STREAM_SPECIFICATION),
    optional("SSESpecification", &SSE_SPECIFICATION),
    optional("Tags", &TAG_LIST),
    optional("TableClass", &TABLE_CLASS),
    optional("DeletionProtectionEnabled", &FLAG),
    optional("WarmThroughput", &WARM_THROUGHPUT),
    optional("ResourcePolicy", &TEXT),
    optional("OnDemandThroughput", &ON_DEMAND_THROUGHPUT),
    optional("GlobalTableSourceArn", &TABLE_ARN),
    optional("GlobalTableSettingsReplicationMode", &GLOBAL_TABLE_SETTINGS_REPLICATION_MODE),
    optional("VectorIndexes", &VECTOR_INDEX_LIST),
]);
static CREATE_VECTOR_INDEX_ACTION: Shape = structure("CreateVectorIndexAction", &[
    required("IndexName", &INDEX_NAME),
    required("VectorAttribute", &VECTOR_ATTRIBUTE_DEFINITION),
    optional("SearchSchema", &SEARCH_SCHEMA),
    required("Projection", &PROJECTION),
    required("Dimensions", &POSITIVE_LONG_OBJECT),
    required("DistanceFunction", &VECTOR_DISTANCE_FUNCTION),
]);
static CSV_DELIMITER: Shape = pattern(1, 1, r"[,;:|\t ]");
static CSV_HEADER: Shape = pattern(1, 65536, r"[\x20-\x21\x23-\x2B\x2D-\x7E]*");
static CSV_HEADER_LIST: Shape = list(&CSV_HEADER, 1, 255);
static CSV_OPTIONS: Shape = structure("CsvOptions", &[
    optional("Delimiter", &CSV_DELIMITER),
    optional("HeaderList", &CSV_HEADER_LIST),
]);
static DELETE: Shape = structure("Delete", &[
    required("Key", &KEY),
    required("TableName", &TABLE),
    optional("ConditionExpression", &TEXT),
    optional("ExpressionAttributeNames", &EXPRESSION_ATTRIBUTE_NAME_MAP),
    optional("ExpressionAttributeValues", &EXPRESSION_ATTRIBUTE_VALUE_MAP),
    optional("ReturnValuesOnConditionCheckFailure", &RETURN_VALUES_ON_CONDITION_CHECK_FAILURE),
]);
/// The input of `DeleteBackup`.
pub static DELETE_BACKUP_INPUT: Shape = structure("DeleteBackupInput", &[
    required("BackupArn", &BACKUP_ARN),
]);
static DELETE_GLOBAL_SECONDARY_INDEX_ACTION: Shape = structure("DeleteGlobalSecondaryIndexAction", &[
    required("IndexName", &INDEX_NAME),
]);
static DELETE_GLOBAL_TABLE_WITNESS_GROUP_MEMBER_ACTION: Shape = structure("DeleteGlobalTableWitnessGroupMemberAction", &[
    required("RegionName", &TEXT),
]);
/// The input of `DeleteItem`.
pub static DELETE_ITEM_INPUT: Shape = structure("DeleteItemInput", &[
    required("TableName", &TABLE),
    required("Key", &KEY),
    optional("Expected", &EXPECTED_ATTRIBUTE_MAP),
    optional("ConditionalOperator", &CONDITIONAL_OPERATOR),
    optional("ReturnValues", &RETURN_VALUE),
    optional("ReturnConsumedCapacity", &RETURN_CONSUMED_CAPACITY),
    optional("ReturnItemCollectionMetrics", &RETURN_ITEM_COLLECTION_METRICS),
    optional("ConditionExpression", &TEXT),
    optional("ExpressionAttributeNames", &EXPRESSION_ATTRIBUTE_NAME_MAP),
    optional("ExpressionAttributeValues", &EXPRESSION_ATTRIBUTE_VALUE_MAP),
    optional("ReturnValuesOnConditionCheckFailure", &RETURN_VALUES_ON_CONDITION_CHECK_FAILURE),
]);
static DELETE_REPLICATION_GROUP_MEMBER_ACTION: Shape = structure("DeleteReplicationGroupMemberAction", &[
    required("RegionName", &TEXT),
]);
static DELETE_REPLICA_ACTION: Shape = structure("DeleteReplicaAction", &[
    required("RegionName", &TEXT),
]);
static DELETE_REQUEST: Shape = structure("DeleteRequest", &[
    required("Key", &KEY),
]);
/// The input of `DeleteResourcePolicy`.
pub static DELETE_RESOURCE_POLICY_INPUT: Shape = structure("DeleteResourcePolicyInput", &[
    required("ResourceArn", &RESOURCE_ARN_STRING),
    optional("ExpectedRevisionId", &POLICY_REVISION_ID),
]);
/// The input of `DeleteTable`.
pub static DELETE_TABLE_INPUT: Shape = structure("DeleteTableInput", &[
    required("TableName", &TABLE),
]);
static DELETE_VECTOR_INDEX_ACTION: Shape = structure("DeleteVectorIndexAction", &[
    required("IndexName", &INDEX_NAME),
]);
/// The input of `DescribeBackup`.
pub static DESCRIBE_BACKUP_INPUT: Shape = structure("DescribeBackupInput", &[
    required("BackupArn", &BACKUP_ARN),
]);
/// The input of `DescribeBulkOperation`.
pub static DESCRIBE_BULK_OPERATION_INPUT: Shape = structure("DescribeBulkOperationInput", &[
    required("BulkOperationArn", &BULK_OPERATION_ARN),
]);
/// The input of `DescribeContinuousBackups`.
pub static DESCRIBE_CONTINUOUS_BACKUPS_INPUT: Shape = structure("DescribeContinuousBackupsInput", &[
    required("TableName", &TABLE),
]);
/// The input of `DescribeContributorInsights`.
pub static DESCRIBE_CONTRIBUTOR_INSIGHTS_INPUT: Shape = structure("DescribeContributorInsightsInput", &[
    required("TableName", &TABLE),
    optional("IndexName", &INDEX_NAME),
]);
/// The input of `DescribeEndpoints`.
pub static DESCRIBE_ENDPOINTS_REQUEST: Shape = structure("DescribeEndpointsRequest", &[
]);
/// The input of `DescribeExport`.
pub static DESCRIBE_EXPORT_INPUT: Shape = structure("DescribeExportInput", &[
    required("ExportArn", &EXPORT_ARN),
]);
/// The input of `DescribeGlobalTable`.
pub static DESCRIBE_GLOBAL_TABLE_INPUT: Shape = structure("DescribeGlobalTableInput", &[
    required("GlobalTableName", &TABLE_NAME),
]);
/// The input of `DescribeGlobalTableSettings`.
pub static DESCRIBE_GLOBAL_TABLE_SETTINGS_INPUT: Shape = structure("DescribeGlobalTableSettingsInput", &[
    required("GlobalTableName", &TABLE_NAME),
]);
/// The input of `DescribeImport`.
pub static DESCRIBE_IMPORT_INPUT: Shape = structure("DescribeImportInput", &[
    required("ImportArn", &IMPORT_ARN),
]);
/// The input of `DescribeKinesisStreamingDestination`.
pub static DESCRIBE_KINESIS_STREAMING_DESTINATION_INPUT: Shape = structure("DescribeKinesisStreamingDestinationInput", &[
    required("TableName", &TABLE),
]);
/// The input of `DescribeLimits`.
pub static DESCRIBE_LIMITS_INPUT: Shape = structure("DescribeLimitsInput", &[
]);
/// The input of `DescribeStream`.
pub static DESCRIBE_STREAM_INPUT: Shape = structure("DescribeStreamInput", &[
    required("StreamArn", &STREAM_ARN),
    optional("Limit", &POSITIVE_INTEGER_OBJECT),
    optional("ExclusiveStartShardId", &SHARD_ID),
    optional("ShardFilter", &SHARD_FILTER),
]);
/// The input of `DescribeTable`.
pub static DESCRIBE_TABLE_INPUT: Shape = structure("DescribeTableInput", &[
    required("TableName", &TABLE),
]);
/// The input of `DescribeTableReplicaAutoScaling`.
pub static DESCRIBE_TABLE_REPLICA_AUTO_SCALING_INPUT: Shape = structure("DescribeTableReplicaAutoScalingInput", &[
    required("TableName", &TABLE),
]);
/// The input of `DescribeTimeToLive`.
pub static DESCRIBE_TIME_TO_LIVE_INPUT: Shape = structure("DescribeTimeToLiveInput", &[
    required("TableName", &TABLE),
]);
static DISASSOCIATE_REPLICATION_GROUP_MEMBER_ACTION: Shape = structure("DisassociateReplicationGroupMemberAction", &[
    required("RegionName", &TEXT),
    required("DisassociationMode", &DISASSOCIATION_MODE),
]);
static DISASSOCIATION_MODE: Shape = words(&["WAIT_FOR_REPLICATION"]);
static ENABLE_KINESIS_STREAMING_CONFIGURATION: Shape = structure("EnableKinesisStreamingConfiguration", &[
    optional("ApproximateCreationDateTimePrecision", &APPROXIMATE_CREATION_DATE_TIME_PRECISION),
]);
/// The input of `ExecuteStatement`.
pub static EXECUTE_STATEMENT_INPUT: Shape = structure("ExecuteStatementInput", &[
    required("Statement", &PARTI_QL_STATEMENT),
    optional("Parameters", &PREPARED_STATEMENT_PARAMETERS),
    optional("ConsistentRead", &FLAG),
    optional("NextToken", &PARTI_QL_NEXT_TOKEN),
    optional("ReturnConsumedCapacity", &RETURN_CONSUMED_CAPACITY),
    optional("Limit", &POSITIVE_INTEGER_OBJECT),
    optional("ReturnValuesOnConditionCheckFailure", &RETURN_VALUES_ON_CONDITION_CHECK_FAILURE),
]);
/// The input of `ExecuteTransaction`.
pub static EXECUTE_TRANSACTION_INPUT: Shape = structure("ExecuteTransactionInput", &[
    required("TransactStatements", &PARAMETERIZED_STATEMENTS),
    optional("ClientRequestToken", &CLIENT_REQUEST_TOKEN),
    optional("ReturnConsumedCapacity", &RETURN_CONSUMED_CAPACITY),
]);
static EXPECTED_ATTRIBUTE_MAP: Shape = map(&ATTRIBUTE_NAME, &EXPECTED_ATTRIBUTE_VALUE, 0, u64::MAX);
static EXPECTED_ATTRIBUTE_VALUE: Shape = structure("ExpectedAttributeValue", &[
    optional("Value", &VALUE),
    optional("Exists", &FLAG),
    optional("ComparisonOperator", &COMPARISON_OPERATOR),
    optional("AttributeValueList", &ATTRIBUTE_VALUE_LIST),
]);
static EXPORT_ARN: Shape = text(37, 1024);
static EXPORT_FORMAT: Shape = words(&["DYNAMODB_JSON", "ION"]);
/// The input of `ExportTableToPointInTime`.
pub static EXPORT_TABLE_TO_POINT_IN_TIME_INPUT: Shape = structure("ExportTableToPointInTimeInput", &[
    required("TableArn", &TABLE_ARN),
    optional("ExportTime", &TIMESTAMP),
    optional("ClientToken", &CLIENT_TOKEN),
    required("S3Bucket", &S3_BUCKET),
    optional("S3BucketOwner", &S3_BUCKET_OWNER),
    optional("S3Prefix", &S3_PREFIX),
    optional("S3SseAlgorithm", &S3_SSE_ALGORITHM),
    optional("S3SseKmsKeyId", &S3_SSE_KMS_KEY_ID),
    optional("ExportFormat", &EXPORT_FORMAT),
    optional("ExportType", &EXPORT_TYPE),
    optional("IncrementalExportSpecification", &INCREMENTAL_EXPORT_SPECIFICATION),
    optional("FilterSpecification", &FILTER_SPECIFICATION),
]);
static EXPORT_TYPE: Shape = words(&["FULL_EXPORT", "INCREMENTAL_EXPORT"]);
static EXPORT_VIEW_TYPE: Shape = words(&["NEW_IMAGE", "NEW_AND_OLD_IMAGES"]);
static EXPRESSION_ATTRIBUTE_NAME_MAP: Shape = map(&TEXT, &ATTRIBUTE_NAME, 0, u64::MAX);
static EXPRESSION_ATTRIBUTE_VALUE_MAP: Shape = map(&TEXT, &VALUE, 0, u64::MAX);
static FILTER_CONDITION_MAP: Shape = map(&ATTRIBUTE_NAME, &CONDITION, 0, u64::MAX);
static FILTER_SPECIFICATION: Shape = structure("FilterSpecification", &[
    optional("FilterExpression", &TEXT),
    optional("ProjectionExpression", &TEXT),
    optional("KeyConditionExpression", &TEXT),
    optional("ExpressionAttributeNames", &EXPRESSION_ATTRIBUTE_NAME_MAP),
    optional("ExpressionAttributeValues", &EXPRESSION_ATTRIBUTE_VALUE_MAP),
]);
static GET: Shape = structure("Get", &[
    required("Key", &KEY),
    required("TableName", &TABLE),
    optional("ProjectionExpression", &TEXT),
    optional("ExpressionAttributeNames", &EXPRESSION_ATTRIBUTE_NAME_MAP),
]);
/// The input of `GetItem`.
pub static GET_ITEM_INPUT: Shape = structure("GetItemInput", &[
    required("TableName", &TABLE),
    required("Key", &KEY),
    optional("AttributesToGet", &ATTRIBUTE_NAME_LIST),
    optional("ConsistentRead", &FLAG),
    optional("ReturnConsumedCapacity", &RETURN_CONSUMED_CAPACITY),
    optional("ProjectionExpression", &TEXT),
    optional("ExpressionAttributeNames", &EXPRESSION_ATTRIBUTE_NAME_MAP),
]);
/// The input of `GetRecords`.
pub static GET_RECORDS_INPUT: Shape = structure("GetRecordsInput", &[
    required("ShardIterator", &SHARD_ITERATOR),
    optional("Limit", &POSITIVE_INTEGER_OBJECT),
]);
/// The input of `GetResourcePolicy`.
pub static GET_RESOURCE_POLICY_INPUT: Shape = structure("GetResourcePolicyInput", &[
    required("ResourceArn", &RESOURCE_ARN_STRING),
]);
/// The input of `GetShardIterator`.
pub static GET_SHARD_ITERATOR_INPUT: Shape = structure("GetShardIteratorInput", &[
    required("StreamArn", &STREAM_ARN),
    required("ShardId", &SHARD_ID),
    required("ShardIteratorType", &SHARD_ITERATOR_TYPE),
    optional("SequenceNumber", &SEQUENCE_NUMBER),
    optional("Timestamp", &TIMESTAMP),
]);
static GLOBAL_SECONDARY_INDEX: Shape = structure("GlobalSecondaryIndex", &[
    required("IndexName", &INDEX_NAME),
    required("KeySchema", &KEY_SCHEMA),
    required("Projection", &PROJECTION),
    optional("ProvisionedThroughput", &PROVISIONED_THROUGHPUT),
    optional("OnDemandThroughput", &ON_DEMAND_THROUGHPUT),
    optional("WarmThroughput", &WARM_THROUGHPUT),
]);
static GLOBAL_SECONDARY_INDEX_AUTO_SCALING_UPDATE: Shape = structure("GlobalSecondaryIndexAutoScalingUpdate", &[
    optional("IndexName", &INDEX_NAME),
    optional("ProvisionedWriteCapacityAutoScalingUpdate", &AUTO_SCALING_SETTINGS_UPDATE),
]);
static GLOBAL_SECONDARY_INDEX_AUTO_SCALING_UPDATE_LIST: Shape = list(&GLOBAL_SECONDARY_INDEX_AUTO_SCALING_UPDATE, 1, u64::MAX);
static GLOBAL_SECONDARY_INDEX_LIST: Shape = list(&GLOBAL_SECONDARY_INDEX, 0, u64::MAX);
static GLOBAL_SECONDARY_INDEX_UPDATE: Shape = structure("GlobalSecondaryIndexUpdate", &[
    optional("Update", &UPDATE_GLOBAL_SECONDARY_INDEX_ACTION),
    optional("Create", &CREATE_GLOBAL_SECONDARY_INDEX_ACTION),
    optional("Delete", &DELETE_GLOBAL_SECONDARY_INDEX_ACTION),
]);
static GLOBAL_SECONDARY_INDEX_UPDATE_LIST: Shape = list(&GLOBAL_SECONDARY_INDEX_UPDATE, 0, u64::MAX);
static GLOBAL_TABLE_GLOBAL_SECONDARY_INDEX_SETTINGS_UPDATE: Shape = structure("GlobalTableGlobalSecondaryIndexSettingsUpdate", &[
    required("IndexName", &INDEX_NAME),
    optional("ProvisionedWriteCapacityUnits", &POSITIVE_LONG_OBJECT),
    optional("ProvisionedWriteCapacityAutoScalingSettingsUpdate", &AUTO_SCALING_SETTINGS_UPDATE),
]);
static GLOBAL_TABLE_GLOBAL_SECONDARY_INDEX_SETTINGS_UPDATE_LIST: Shape = list(&GLOBAL_TABLE_GLOBAL_SECONDARY_INDEX_SETTINGS_UPDATE, 1, 20);
static GLOBAL_TABLE_SETTINGS_REPLICATION_MODE: Shape = words(&["ENABLED", "DISABLED", "ENABLED_WITH_OVERRIDES"]);
static GLOBAL_TABLE_WITNESS_GROUP_UPDATE: Shape = structure("GlobalTableWitnessGroupUpdate", &[
    optional("Create", &CREATE_GLOBAL_TABLE_WITNESS_GROUP_MEMBER_ACTION),
    optional("Delete", &DELETE_GLOBAL_TABLE_WITNESS_GROUP_MEMBER_ACTION),
]);
static GLOBAL_TABLE_WITNESS_GROUP_UPDATE_LIST: Shape = list(&GLOBAL_TABLE_WITNESS_GROUP_UPDATE, 1, 1);
static IMPORT_ARN: Shape = text(37, 1024);
static IMPORT_NEXT_TOKEN: Shape = pattern(112, 1024, r"([0-9a-f]{16})+");
/// The input of `ImportTable`.
pub static IMPORT_TABLE_INPUT: Shape = structure("ImportTableInput", &[
    optional("ClientToken", &CLIENT_TOKEN),
    required("S3BucketSource", &S3_BUCKET_SOURCE),
    required("InputFormat", &INPUT_FORMAT),
    optional("InputFormatOptions", &INPUT_FORMAT_OPTIONS),
    optional("InputCompressionType", &INPUT_COMPRESSION_TYPE),
    required("TableCreationParameters", &TABLE_CREATION_PARAMETERS),
]);
static INCREMENTAL_EXPORT_SPECIFICATION: Shape = structure("IncrementalExportSpecification", &[
    optional("ExportFromTime", &TIMESTAMP),
    optional("ExportToTime", &TIMESTAMP),
    optional("ExportViewType", &EXPORT_VIEW_TYPE),
]);
static INDEX_NAME: Shape = pattern(3, 255, r"[a-zA-Z0-9_.-]+");
static INPUT_COMPRESSION_TYPE: Shape = words(&["GZIP", "ZSTD", "NONE"]);
static INPUT_FORMAT: Shape = words(&["DYNAMODB_JSON", "ION", "CSV"]);
static INPUT_FORMAT_OPTIONS: Shape = structure("InputFormatOptions", &[
    optional("Csv", &CSV_OPTIONS),
]);
static INPUT_S3_CONFIGURATION: Shape = structure("InputS3Configuration", &[
    optional("S3BucketOwner", &S3_BUCKET_OWNER),
    required("S3Bucket", &S3_BUCKET),
    optional("S3KeyPrefix", &S3_PREFIX),
    required("InputFormat", &BULK_OPERATION_INPUT_FORMAT),
    optional("InputCompressionType", &INPUT_COMPRESSION_TYPE),
]);
static KEY: Shape = map(&ATTRIBUTE_NAME, &VALUE, 0, u64::MAX);
static KEYS_AND_ATTRIBUTES: Shape = structure("KeysAndAttributes", &[
    required("Keys", &KEY_LIST),
    optional("AttributesToGet", &ATTRIBUTE_NAME_LIST),
    optional("ConsistentRead", &FLAG),
    optional("ProjectionExpression", &TEXT),
    optional("ExpressionAttributeNames", &EXPRESSION_ATTRIBUTE_NAME_MAP),
]);
static KEY_CONDITIONS: Shape = map(&ATTRIBUTE_NAME, &CONDITION, 0, u64::MAX);
static KEY_LIST: Shape = list(&KEY, 1, 100);
static KEY_SCHEMA: Shape = list(&KEY_SCHEMA_ELEMENT, 1, u64::MAX);
static KEY_SCHEMA_ATTRIBUTE_NAME: Shape = text(1, 255);
static KEY_SCHEMA_ELEMENT: Shape = structure("KeySchemaElement", &[
    required("AttributeName", &KEY_SCHEMA_ATTRIBUTE_NAME),
    required("KeyType", &KEY_TYPE),
]);
static KEY_TYPE: Shape = words(&["HASH", "RANGE"]);
/// The input of `EnableKinesisStreamingDestination`.
pub static KINESIS_STREAMING_DESTINATION_INPUT: Shape = structure("KinesisStreamingDestinationInput", &[
    required("TableName", &TABLE),
    required("StreamArn", &STREAM_ARN),
    optional("EnableKinesisStreamingConfiguration", &ENABLE_KINESIS_STREAMING_CONFIGURATION),
]);
/// The input of `ListBackups`.
pub static LIST_BACKUPS_INPUT: Shape = structure("ListBackupsInput", &[
    optional("TableName", &TABLE),
    optional("Limit", &BACKUPS_INPUT_LIMIT),
    optional("TimeRangeLowerBound", &TIMESTAMP),
    optional("TimeRangeUpperBound", &TIMESTAMP),
    optional("ExclusiveStartBackupArn", &BACKUP_ARN),
    optional("BackupType", &BACKUP_TYPE_FILTER),
]);
/// The input of `ListBulkOperations`.
pub static LIST_BULK_OPERATIONS_INPUT: Shape = structure("ListBulkOperationsInput", &[
    optional("MaxResults", &LIST_BULK_OPERATIONS_MAX_LIMIT),
    optional("NextToken", &BULK_OPERATION_NEXT_TOKEN),
]);
static LIST_BULK_OPERATIONS_MAX_LIMIT: Shape = integer(1, 25);
/// The input of `ListContributorInsights`.
pub static LIST_CONTRIBUTOR_INSIGHTS_INPUT: Shape = structure("ListContributorInsightsInput", &[
    optional("TableName", &TABLE),
    optional("NextToken", &TEXT),
    optional("MaxResults", &LIST_CONTRIBUTOR_INSIGHTS_LIMIT),
]);
static LIST_CONTRIBUTOR_INSIGHTS_LIMIT: Shape = integer(i64::MIN, 100);
/// The input of `ListExports`.
pub static LIST_EXPORTS_INPUT: Shape = structure("ListExportsInput", &[
    optional("TableArn", &TABLE_ARN),
    optional("MaxResults", &LIST_EXPORTS_MAX_LIMIT),
    optional("NextToken", &TEXT),
]);
static LIST_EXPORTS_MAX_LIMIT: Shape = integer(1, 25);
/// The input of `ListGlobalTables`.
pub static LIST_GLOBAL_TABLES_INPUT: Shape = structure("ListGlobalTablesInput", &[
    optional("ExclusiveStartGlobalTableName", &TABLE_NAME),
    optional("Limit", &POSITIVE_INTEGER_OBJECT),
    optional("RegionName", &TEXT),
]);
/// The input of `ListImports`.
pub static LIST_IMPORTS_INPUT: Shape = structure("ListImportsInput", &[
    optional("TableArn", &TABLE_ARN),
    optional("PageSize", &LIST_IMPORTS_MAX_LIMIT),
    optional("NextToken", &IMPORT_NEXT_TOKEN),
]);
static LIST_IMPORTS_MAX_LIMIT: Shape = integer(1, 25);
/// The input of `ListStreams`.
pub static LIST_STREAMS_INPUT: Shape = structure("ListStreamsInput", &[
    optional("TableName", &TABLE),
    optional("Limit", &POSITIVE_INTEGER_OBJECT),
    optional("ExclusiveStartStreamArn", &STREAM_ARN),
]);
/// The input of `ListTables`.
pub static LIST_TABLES_INPUT: Shape = structure("ListTablesInput", &[
    optional("ExclusiveStartTableName", &TABLE_NAME),
    optional("Limit", &LIST_TABLES_INPUT_LIMIT),
]);
static LIST_TABLES_INPUT_LIMIT: Shape = integer(1, 100);
/// The input of `ListTagsOfResource`.
pub static LIST_TAGS_OF_RESOURCE_INPUT: Shape = structure("ListTagsOfResourceInput", &[
    required("ResourceArn", &RESOURCE_ARN_STRING),
    optional("NextToken", &TEXT),
]);
static LOCAL_SECONDARY_INDEX: Shape = structure("LocalSecondaryIndex", &[
    required("IndexName", &INDEX_NAME),
    required("KeySchema", &KEY_SCHEMA),
    required("Projection", &PROJECTION),
]);
static LOCAL_SECONDARY_INDEX_LIST: Shape = list(&LOCAL_SECONDARY_INDEX, 0, u64::MAX);
static MULTI_REGION_CONSISTENCY: Shape = words(&["EVENTUAL", "STRONG"]);
static NON_KEY_ATTRIBUTE_NAME: Shape = text(1, 255);
static NON_KEY_ATTRIBUTE_NAME_LIST: Shape = list(&NON_KEY_ATTRIBUTE_NAME, 1, 20);
static ON_DEMAND_THROUGHPUT: Shape = structure("OnDemandThroughput", &[
    optional("MaxReadRequestUnits", &LONG),
    optional("MaxWriteRequestUnits", &LONG),
]);
static ON_DEMAND_THROUGHPUT_OVERRIDE: Shape = structure("OnDemandThroughputOverride", &[
    optional("MaxReadRequestUnits", &LONG),
]);
static OUTPUT_S3_CONFIGURATION: Shape = structure("OutputS3Configuration", &[
    optional("S3BucketOwner", &S3_BUCKET_OWNER),
    optional("S3Bucket", &S3_BUCKET),
    optional("S3KeyPrefix", &S3_PREFIX),
    optional("S3SseAlgorithm", &S3_SSE_ALGORITHM),
    optional("S3SseKmsKeyId", &S3_SSE_KMS_KEY_ID),
    required("OutputType", &OUTPUT_TYPE_LIST),
]);
static OUTPUT_TYPE_ENUM: Shape = words(&["ERROR", "CONDITION_CHECK_FAILURE"]);
static OUTPUT_TYPE_LIST: Shape = list(&OUTPUT_TYPE_ENUM, 0, u64::MAX);
static PARAMETERIZED_STATEMENT: Shape = structure("ParameterizedStatement", &[
    required("Statement", &PARTI_QL_STATEMENT),
    optional("Parameters", &PREPARED_STATEMENT_PARAMETERS),
    optional("ReturnValuesOnConditionCheckFailure", &RETURN_VALUES_ON_CONDITION_CHECK_FAILURE),
]);
static PARAMETERIZED_STATEMENTS: Shape = list(&PARAMETERIZED_STATEMENT, 1, 100);
static PARTI_QL_BATCH_REQUEST: Shape = list(&BATCH_STATEMENT_REQUEST, 1, 25);
static PARTI_QL_NEXT_TOKEN: Shape = text(1, 32768);
static PARTI_QL_STATEMENT: Shape = text(1, 8192);
static POINT_IN_TIME_RECOVERY_SPECIFICATION: Shape = structure("PointInTimeRecoverySpecification", &[
    required("PointInTimeRecoveryEnabled", &FLAG),
    optional("RecoveryPeriodInDays", &RECOVERY_PERIOD_IN_DAYS),
]);
static POLICY_REVISION_ID: Shape = text(1, 255);
static POSITIVE_INTEGER_OBJECT: Shape = integer(1, i64::MAX);
static POSITIVE_LONG_OBJECT: Shape = long(1, i64::MAX);
static PREPARED_STATEMENT_PARAMETERS: Shape = list(&VALUE, 1, u64::MAX);
static PROJECTION: Shape = structure("Projection", &[
    optional("ProjectionType", &PROJECTION_TYPE),
    optional("NonKeyAttributes", &NON_KEY_ATTRIBUTE_NAME_LIST),
]);
static PROJECTION_TYPE: Shape = words(&["ALL", "KEYS_ONLY", "INCLUDE"]);
static PROVISIONED_THROUGHPUT: Shape = structure("ProvisionedThroughput", &[
    required("ReadCapacityUnits", &POSITIVE_LONG_OBJECT),
    required("WriteCapacityUnits", &POSITIVE_LONG_OBJECT),
]);
static PROVISIONED_THROUGHPUT_OVERRIDE: Shape = structure("ProvisionedThroughputOverride", &[
    optional("ReadCapacityUnits", &POSITIVE_LONG_OBJECT),
]);
static PUT: Shape = structure("Put", &[
    required("Item", &PUT_ITEM_INPUT_ATTRIBUTE_MAP),
    required("TableName", &TABLE),
    optional("ConditionExpression", &TEXT),
    optional("ExpressionAttributeNames", &EXPRESSION_ATTRIBUTE_NAME_MAP),
    optional("ExpressionAttributeValues", &EXPRESSION_ATTRIBUTE_VALUE_MAP),
    optional("ReturnValuesOnConditionCheckFailure", &RETURN_VALUES_ON_CONDITION_CHECK_FAILURE),
]);
/// The input of `PutItem`.
pub static PUT_ITEM_INPUT: Shape = structure("PutItemInput", &[
    required("TableName", &TABLE),
    required("Item", &PUT_ITEM_INPUT_ATTRIBUTE_MAP),
    optional("Expected", &EXPECTED_ATTRIBUTE_MAP),
    optional("ReturnValues", &RETURN_VALUE),
    optional("ReturnConsumedCapacity", &RETURN_CONSUMED_CAPACITY),
    optional("ReturnItemCollectionMetrics", &RETURN_ITEM_COLLECTION_METRICS),
    optional("ConditionalOperator", &CONDITIONAL_OPERATOR),
    optional("ConditionExpression", &TEXT),
    optional("ExpressionAttributeNames", &EXPRESSION_ATTRIBUTE_NAME_MAP),
    optional("ExpressionAttributeValues", &EXPRESSION_ATTRIBUTE_VALUE_MAP),
    optional("ReturnValuesOnConditionCheckFailure", &RETURN_VALUES_ON_CONDITION_CHECK_FAILURE),
]);
static PUT_ITEM_INPUT_ATTRIBUTE_MAP: Shape = map(&ATTRIBUTE_NAME, &VALUE, 0, u64::MAX);
static PUT_REQUEST: Shape = structure("PutRequest", &[
    required("Item", &PUT_ITEM_INPUT_ATTRIBUTE_MAP),
]);
/// The input of `PutResourcePolicy`.
pub static PUT_RESOURCE_POLICY_INPUT: Shape = structure("PutResourcePolicyInput", &[
    required("ResourceArn", &RESOURCE_ARN_STRING),
    required("Policy", &TEXT),
    optional("ExpectedRevisionId", &POLICY_REVISION_ID),
    optional("ConfirmRemoveSelfResourceAccess", &FLAG),
]);
/// The input of `Query`.
pub static QUERY_INPUT: Shape = structure("QueryInput", &[
    required("TableName", &TABLE),
    optional("IndexName", &INDEX_NAME),
    optional("Select", &SELECT),
    optional("AttributesToGet", &ATTRIBUTE_NAME_LIST),
    optional("Limit", &POSITIVE_INTEGER_OBJECT),
    optional("ConsistentRead", &FLAG),
    optional("KeyConditions", &KEY_CONDITIONS),
    optional("QueryFilter", &FILTER_CONDITION_MAP),
    optional("ConditionalOperator", &CONDITIONAL_OPERATOR),
    optional("ScanIndexForward", &FLAG),
    optional("ExclusiveStartKey", &KEY),
    optional("ReturnConsumedCapacity", &RETURN_CONSUMED_CAPACITY),
    optional("ProjectionExpression", &TEXT),
    optional("FilterExpression", &TEXT),
    optional("KeyConditionExpression", &TEXT),
    optional("ExpressionAttributeNames", &EXPRESSION_ATTRIBUTE_NAME_MAP),
    optional("ExpressionAttributeValues", &EXPRESSION_ATTRIBUTE_VALUE_MAP),
]);
static RECOVERY_PERIOD_IN_DAYS: Shape = integer(1, 35);
static REPLICA: Shape = structure("Replica", &[
    optional("RegionName", &TEXT),
]);
static REPLICATION_GROUP_UPDATE: Shape = structure("ReplicationGroupUpdate", &[
    optional("Create", &CREATE_REPLICATION_GROUP_MEMBER_ACTION),
    optional("Update", &UPDATE_REPLICATION_GROUP_MEMBER_ACTION),
    optional("Delete", &DELETE_REPLICATION_GROUP_MEMBER_ACTION),
    optional("Disassociate", &DISASSOCIATE_REPLICATION_GROUP_MEMBER_ACTION),
]);
static REPLICATION_GROUP_UPDATE_LIST: Shape = list(&REPLICATION_GROUP_UPDATE, 1, u64::MAX);
static REPLICA_AUTO_SCALING_UPDATE: Shape = structure("ReplicaAutoScalingUpdate", &[
    required("RegionName", &TEXT),
    optional("ReplicaGlobalSecondaryIndexUpdates", &REPLICA_GLOBAL_SECONDARY_INDEX_AUTO_SCALING_UPDATE_LIST),
    optional("ReplicaProvisionedReadCapacityAutoScalingUpdate", &AUTO_SCALING_SETTINGS_UPDATE),
]);
static REPLICA_AUTO_SCALING_UPDATE_LIST: Shape = list(&REPLICA_AUTO_SCALING_UPDATE, 1, u64::MAX);
static REPLICA_GLOBAL_SECONDARY_INDEX: Shape = structure("ReplicaGlobalSecondaryIndex", &[
    required("IndexName", &INDEX_NAME),
    optional("ProvisionedThroughputOverride", &PROVISIONED_THROUGHPUT_OVERRIDE),
    optional("OnDemandThroughputOverride", &ON_DEMAND_THROUGHPUT_OVERRIDE),
]);
static REPLICA_GLOBAL_SECONDARY_INDEX_AUTO_SCALING_UPDATE: Shape = structure("ReplicaGlobalSecondaryIndexAutoScalingUpdate", &[
    optional("IndexName", &INDEX_NAME),
    optional("ProvisionedReadCapacityAutoScalingUpdate", &AUTO_SCALING_SETTINGS_UPDATE),
]);
static REPLICA_GLOBAL_SECONDARY_INDEX_AUTO_SCALING_UPDATE_LIST: Shape = list(&REPLICA_GLOBAL_SECONDARY_INDEX_AUTO_SCALING_UPDATE, 0, u64::MAX);
static REPLICA_GLOBAL_SECONDARY_INDEX_LIST: Shape = list(&REPLICA_GLOBAL_SECONDARY_INDEX, 1, u64::MAX);
static REPLICA_GLOBAL_SECONDARY_INDEX_SETTINGS_UPDATE: Shape = structure("ReplicaGlobalSecondaryIndexSettingsUpdate", &[
    required("IndexName", &INDEX_NAME),
    optional("ProvisionedReadCapacityUnits", &POSITIVE_LONG_OBJECT),
    optional("ProvisionedReadCapacityAutoScalingSettingsUpdate", &AUTO_SCALING_SETTINGS_UPDATE),
]);
static REPLICA_GLOBAL_SECONDARY_INDEX_SETTINGS_UPDATE_LIST: Shape = list(&REPLICA_GLOBAL_SECONDARY_INDEX_SETTINGS_UPDATE, 1, 20);
static REPLICA_LIST: Shape = list(&REPLICA, 0, u64::MAX);
static REPLICA_SETTINGS_UPDATE: Shape = structure("ReplicaSettingsUpdate", &[
    required("RegionName", &TEXT),
    optional("ReplicaProvisionedReadCapacityUnits", &POSITIVE_LONG_OBJECT),
    optional("ReplicaProvisionedReadCapacityAutoScalingSettingsUpdate", &AUTO_SCALING_SETTINGS_UPDATE),
    optional("ReplicaGlobalSecondaryIndexSettingsUpdate", &REPLICA_GLOBAL_SECONDARY_INDEX_SETTINGS_UPDATE_LIST),
    optional("ReplicaTableClass", &TABLE_CLASS),
]);
static REPLICA_SETTINGS_UPDATE_LIST: Shape = list(&REPLICA_SETTINGS_UPDATE, 1, 50);
static REPLICA_UPDATE: Shape = structure("ReplicaUpdate", &[
    optional("Create", &CREATE_REPLICA_ACTION),
    optional("Delete", &DELETE_REPLICA_ACTION),
]);
static REPLICA_UPDATE_LIST: Shape = list(&REPLICA_UPDATE, 0, u64::MAX);
static RESOURCE_ARN_STRING: Shape = text(1, 1283);
/// The input of `RestoreTableFromBackup`.
pub static RESTORE_TABLE_FROM_BACKUP_INPUT: Shape = structure("RestoreTableFromBackupInput", &[
    required("TargetTableName", &TABLE_NAME),
    required("BackupArn", &BACKUP_ARN),
    optional("BillingModeOverride", &BILLING_MODE),
    optional("GlobalSecondaryIndexOverride", &GLOBAL_SECONDARY_INDEX_LIST),
    optional("LocalSecondaryIndexOverride", &LOCAL_SECONDARY_INDEX_LIST),
    optional("ProvisionedThroughputOverride", &PROVISIONED_THROUGHPUT),
    optional("OnDemandThroughputOverride", &ON_DEMAND_THROUGHPUT),
    optional("SSESpecificationOverride", &SSE_SPECIFICATION),
    optional("VectorIndexOverride", &VECTOR_INDEX_LIST),
]);
/// The input of `RestoreTableToPointInTime`.
pub static RESTORE_TABLE_TO_POINT_IN_TIME_INPUT: Shape = structure("RestoreTableToPointInTimeInput", &[
    optional("SourceTableArn", &TABLE_ARN),
    optional("SourceTableName", &TABLE_NAME),
    required("TargetTableName", &TABLE_NAME),
    optional("UseLatestRestorableTime", &FLAG),
    optional("RestoreDateTime", &TIMESTAMP),
    optional("BillingModeOverride", &BILLING_MODE),
    optional("GlobalSecondaryIndexOverride", &GLOBAL_SECONDARY_INDEX_LIST),
    optional("LocalSecondaryIndexOverride", &LOCAL_SECONDARY_INDEX_LIST),
    optional("ProvisionedThroughputOverride", &PROVISIONED_THROUGHPUT),
    optional("OnDemandThroughputOverride", &ON_DEMAND_THROUGHPUT),
    optional("SSESpecificationOverride", &SSE_SPECIFICATION),
    optional("VectorIndexOverride", &VECTOR_INDEX_LIST),
]);
static RETURN_CONSUMED_CAPACITY: Shape = words(&["INDEXES", "TOTAL", "NONE"]);
static RETURN_ITEM_COLLECTION_METRICS: Shape = words(&["SIZE", "NONE"]);
static RETURN_VALUE: Shape = words(&["NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW"]);
static RETURN_VALUES_ON_CONDITION_CHECK_FAILURE: Shape = words(&["ALL_OLD", "NONE"]);
static S3_BUCKET: Shape = pattern(0, 255, r"^[a-z0-9A-Z]+[\.\-\w]*[a-z0-9A-Z]+$");
static S3_BUCKET_OWNER: Shape = pattern(0, u64::MAX, r"[0-9]{12}");
static S3_BUCKET_SOURCE: Shape = structure("S3BucketSource", &[
    optional("S3BucketOwner", &S3_BUCKET_OWNER),
    required("S3Bucket", &S3_BUCKET),
    optional("S3KeyPrefix", &S3_PREFIX),
]);
static S3_PREFIX: Shape = text(0, 1024);
static S3_SSE_ALGORITHM: Shape = words(&["AES256", "KMS"]);
static S3_SSE_KMS_KEY_ID: Shape = text(1, 2048);
static SCALAR_ATTRIBUTE_TYPE: Shape = words(&["S", "N", "B"]);
/// The input of `Scan`.
pub static SCAN_INPUT: Shape = structure("ScanInput", &[
    required("TableName", &TABLE),
    optional("IndexName", &INDEX_NAME),
    optional("AttributesToGet", &ATTRIBUTE_NAME_LIST),
    optional("Limit", &POSITIVE_INTEGER_OBJECT),
    optional("Select", &SELECT),
    optional("ScanFilter", &FILTER_CONDITION_MAP),
    optional("ConditionalOperator", &CONDITIONAL_OPERATOR),
    optional("ExclusiveStartKey", &KEY),
    optional("ReturnConsumedCapacity", &RETURN_CONSUMED_CAPACITY),
    optional("TotalSegments", &SCAN_TOTAL_SEGMENTS),
    optional("Segment", &SCAN_SEGMENT),
    optional("ProjectionExpression", &TEXT),
    optional("FilterExpression", &TEXT),
    optional("ExpressionAttributeNames", &EXPRESSION_ATTRIBUTE_NAME_MAP),
    optional("ExpressionAttributeValues", &EXPRESSION_ATTRIBUTE_VALUE_MAP),
    optional("ConsistentRead", &FLAG),
]);
static SCAN_SEGMENT: Shape = integer(0, 999_999);
static SCAN_TOTAL_SEGMENTS: Shape = integer(1, 1_000_000);
static SEARCH_SCHEMA: Shape = list(&SEARCH_SCHEMA_ELEMENT, 1, u64::MAX);
static SEARCH_SCHEMA_ELEMENT: Shape = structure("SearchSchemaElement", &[
    required("AttributeName", &ATTRIBUTE_NAME),
    required("SearchSchemaElementType", &SEARCH_SCHEMA_ELEMENT_TYPE),
]);
static SEARCH_SCHEMA_ELEMENT_TYPE: Shape = words(&["HASH", "INLINE_FILTER"]);
/// The input of `SearchVectors`.
pub static SEARCH_VECTORS_INPUT: Shape = structure("SearchVectorsInput", &[
    required("TableName", &TABLE),
    required("IndexName", &INDEX_NAME),
    optional("ReturnConsumedCapacity", &RETURN_CONSUMED_CAPACITY),
    optional("ExpressionAttributeNames", &EXPRESSION_ATTRIBUTE_NAME_MAP),
    optional("ExpressionAttributeValues", &EXPRESSION_ATTRIBUTE_VALUE_MAP),
    optional("ProjectionExpression", &TEXT),
    required("SearchVector", &SEARCH_VECTOR_LIST),
    optional("SearchConditionExpression", &TEXT),
    required("TopK", &TOP_K_INTEGER),
]);
static SEARCH_VECTOR_LIST: Shape = list(&VALUE, 1, 4096);
static SELECT: Shape = words(&["ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES", "SPECIFIC_ATTRIBUTES", "COUNT"]);
static SEQUENCE_NUMBER: Shape = text(21, 40);
static SHARD_FILTER: Shape = structure("ShardFilter", &[
    optional("Type", &SHARD_FILTER_TYPE),
    optional("ShardId", &SHARD_ID),
]);
static SHARD_FILTER_TYPE: Shape = words(&["CHILD_SHARDS"]);
static SHARD_ID: Shape = text(28, 65);
static SHARD_ITERATOR: Shape = text(1, 2048);
static SHARD_ITERATOR_TYPE: Shape = words(&["TRIM_HORIZON", "LATEST", "AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER", "AT_TIMESTAMP"]);
static SSE_SPECIFICATION: Shape = structure("SSESpecification", &[
    optional("Enabled", &FLAG),
    optional("SSEType", &SSE_TYPE),
    optional("KMSMasterKeyId", &TEXT),
]);
static SSE_TYPE: Shape = words(&["AES256", "KMS"]);
/// The input of `StartBulkPutItems`.
pub static START_BULK_PUT_ITEMS_INPUT: Shape = structure("StartBulkPutItemsInput", &[
    optional("ClientToken", &CLIENT_TOKEN),
    required("InputS3Configuration", &INPUT_S3_CONFIGURATION),
    required("OutputS3Configuration", &OUTPUT_S3_CONFIGURATION),
    required("TableName", &TABLE),
    optional("MaxWriteRequestUnits", &BULK_OPERATION_MAX_WRITE_REQUEST_UNITS),
    optional("PerformanceTier", &BULK_OPERATION_PERFORMANCE_TIER),
]);
static STREAM_ARN: Shape = text(37, 1024);
static STREAM_SPECIFICATION: Shape = structure("StreamSpecification", &[
    required("StreamEnabled", &FLAG),
    optional("StreamViewType", &STREAM_VIEW_TYPE),
]);
static STREAM_VIEW_TYPE: Shape = words(&["NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY"]);
static TABLE_ARN: Shape = text(1, 1024);
static TABLE_CLASS: Shape = words(&["STANDARD", "STANDARD_INFREQUENT_ACCESS"]);
static TABLE_CREATION_PARAMETERS: Shape = structure("TableCreationParameters", &[
    required("TableName", &TABLE),
    required("AttributeDefinitions", &ATTRIBUTE_DEFINITIONS),
    required("KeySchema", &KEY_SCHEMA),
    optional("BillingMode", &BILLING_MODE),
    optional("ProvisionedThroughput", &PROVISIONED_THROUGHPUT),
    optional("OnDemandThroughput", &ON_DEMAND_THROUGHPUT),
    optional("SSESpecification", &SSE_SPECIFICATION),
    optional("GlobalSecondaryIndexes", &GLOBAL_SECONDARY_INDEX_LIST),
    optional("VectorIndexes", &VECTOR_INDEX_LIST),
]);
static TABLE_NAME: Shape = pattern(3, 255, r"[a-zA-Z0-9_.-]+");
static TAG: Shape = structure("Tag", &[
    required("Key", &TAG_KEY_STRING),
    required("Value", &TAG_VALUE_STRING),
]);
static TAG_KEY_LIST: Shape = list(&TAG_KEY_STRING, 0, u64::MAX);
static TAG_KEY_STRING: Shape = text(1, 128);
static TAG_LIST: Shape = list(&TAG, 0, u64::MAX);
/// The input of `TagResource`.
pub static TAG_RESOURCE_INPUT: Shape = structure("TagResourceInput", &[
    required("ResourceArn", &RESOURCE_ARN_STRING),
    required("Tags", &TAG_LIST),
]);
static TAG_VALUE_STRING: Shape = text(0, 256);
static TIME_TO_LIVE_ATTRIBUTE_NAME: Shape = text(1, 255);
static TIME_TO_LIVE_SPECIFICATION: Shape = structure("TimeToLiveSpecification", &[
    required("Enabled", &FLAG),
    required("AttributeName", &TIME_TO_LIVE_ATTRIBUTE_NAME),
]);
static TOP_K_INTEGER: Shape = integer(1, i64::MAX);
static TRANSACT_GET_ITEM: Shape = structure("TransactGetItem", &[
    required("Get", &GET),
]);
/// The input of `TransactGetItems`.
pub static TRANSACT_GET_ITEMS_INPUT: Shape = structure("TransactGetItemsInput", &[
    required("TransactItems", &TRANSACT_GET_ITEM_LIST),
    optional("ReturnConsumedCapacity", &RETURN_CONSUMED_CAPACITY),
]);
static TRANSACT_GET_ITEM_LIST: Shape = list(&TRANSACT_GET_ITEM, 1, 100);
static TRANSACT_WRITE_ITEM: Shape = structure("TransactWriteItem", &[
    optional("ConditionCheck", &CONDITION_CHECK),
    optional("Put", &PUT),
    optional("Delete", &DELETE),
    optional("Update", &UPDATE),
]);
/// The input of `TransactWriteItems`.
pub static TRANSACT_WRITE_ITEMS_INPUT: Shape = structure("TransactWriteItemsInput", &[
    required("TransactItems", &TRANSACT_WRITE_ITEM_LIST),
    optional("ReturnConsumedCapacity", &RETURN_CONSUMED_CAPACITY),
    optional("ReturnItemCollectionMetrics", &RETURN_ITEM_COLLECTION_METRICS),
    optional("ClientRequestToken", &CLIENT_REQUEST_TOKEN),
]);
static TRANSACT_WRITE_ITEM_LIST: Shape = list(&TRANSACT_WRITE_ITEM, 1, 100);
/// The input of `UntagResource`.
pub static UNTAG_RESOURCE_INPUT: Shape = structure("UntagResourceInput", &[
    required("ResourceArn", &RESOURCE_ARN_STRING),
    required("TagKeys", &TAG_KEY_LIST),
]);
static UPDATE: Shape = structure("Update", &[
    required("Key", &KEY),
    required("UpdateExpression", &TEXT),
    required("TableName", &TABLE),
    optional("ConditionExpression", &TEXT),
    optional("ExpressionAttributeNames", &EXPRESSION_ATTRIBUTE_NAME_MAP),
    optional("ExpressionAttributeValues", &EXPRESSION_ATTRIBUTE_VALUE_MAP),
    optional("ReturnValuesOnConditionCheckFailure", &RETURN_VALUES_ON_CONDITION_CHECK_FAILURE),
]);
/// The input of `UpdateContinuousBackups`.
pub static UPDATE_CONTINUOUS_BACKUPS_INPUT: Shape = structure("UpdateContinuousBackupsInput", &[
    required("TableName", &TABLE),
    required("PointInTimeRecoverySpecification", &POINT_IN_TIME_RECOVERY_SPECIFICATION),
]);
/// The input of `UpdateContributorInsights`.
pub static UPDATE_CONTRIBUTOR_INSIGHTS_INPUT: Shape = structure("UpdateContributorInsightsInput", &[
    required("TableName", &TABLE),
    optional("IndexName", &INDEX_NAME),
    required("ContributorInsightsAction", &CONTRIBUTOR_INSIGHTS_ACTION),
    optional("ContributorInsightsMode", &CONTRIBUTOR_INSIGHTS_MODE),
]);
static UPDATE_GLOBAL_SECONDARY_INDEX_ACTION: Shape = structure("UpdateGlobalSecondaryIndexAction", &[
    required("IndexName", &INDEX_NAME),
    optional("ProvisionedThroughput", &PROVISIONED_THROUGHPUT),
    optional("OnDemandThroughput", &ON_DEMAND_THROUGHPUT),
    optional("WarmThroughput", &WARM_THROUGHPUT),
]);
/// The input of `UpdateGlobalTable`.
pub static UPDATE_GLOBAL_TABLE_INPUT: Shape = structure("UpdateGlobalTableInput", &[
    required("GlobalTableName", &TABLE_NAME),
    required("ReplicaUpdates", &REPLICA_UPDATE_LIST),
]);
/// The input of `UpdateGlobalTableSettings`.
pub static UPDATE_GLOBAL_TABLE_SETTINGS_INPUT: Shape = structure("UpdateGlobalTableSettingsInput", &[
    required("GlobalTableName", &TABLE_NAME),
    optional("GlobalTableBillingMode", &BILLING_MODE),
    optional("GlobalTableProvisionedWriteCapacityUnits", &POSITIVE_LONG_OBJECT),
    optional("GlobalTableProvisionedWriteCapacityAutoScalingSettingsUpdate", &AUTO_SCALING_SETTINGS_UPDATE),
    optional("GlobalTableGlobalSecondaryIndexSettingsUpdate", &GLOBAL_TABLE_GLOBAL_SECONDARY_INDEX_SETTINGS_UPDATE_LIST),
    optional("ReplicaSettingsUpdate", &REPLICA_SETTINGS_UPDATE_LIST),
]);
/// The input of `UpdateItem`.
pub static UPDATE_ITEM_INPUT: Shape = structure("UpdateItemInput", &[
    required("TableName", &TABLE),
    required("Key", &KEY),
    optional("AttributeUpdates", &ATTRIBUTE_UPDATES),
    optional("Expected", &EXPECTED_ATTRIBUTE_MAP),
    optional("ConditionalOperator", &CONDITIONAL_OPERATOR),
    optional("ReturnValues", &RETURN_VALUE),
    optional("ReturnConsumedCapacity", &RETURN_CONSUMED_CAPACITY),
    optional("ReturnItemCollectionMetrics", &RETURN_ITEM_COLLECTION_METRICS),
    optional("UpdateExpression", &TEXT),
    optional("ConditionExpression", &TEXT),
    optional("ExpressionAttributeNames", &EXPRESSION_ATTRIBUTE_NAME_MAP),
    optional("ExpressionAttributeValues", &EXPRESSION_ATTRIBUTE_VALUE_MAP),
    optional("ReturnValuesOnConditionCheckFailure", &RETURN_VALUES_ON_CONDITION_CHECK_FAILURE),
]);
static UPDATE_KINESIS_STREAMING_CONFIGURATION: Shape = structure("UpdateKinesisStreamingConfiguration", &[
    optional("ApproximateCreationDateTimePrecision", &APPROXIMATE_CREATION_DATE_TIME_PRECISION),
]);
/// The input of `UpdateKinesisStreamingDestination`.
pub static UPDATE_KINESIS_STREAMING_DESTINATION_INPUT: Shape = structure("UpdateKinesisStreamingDestinationInput", &[
    required("TableName", &TABLE),
    required("StreamArn", &STREAM_ARN),
    optional("UpdateKinesisStreamingConfiguration", &UPDATE_KINESIS_STREAMING_CONFIGURATION),
]);
static UPDATE_REPLICATION_GROUP_MEMBER_ACTION: Shape = structure("UpdateReplicationGroupMemberAction", &[
    required("RegionName", &TEXT),
    optional("KMSMasterKeyId", &TEXT),
    optional("ProvisionedThroughputOverride", &PROVISIONED_THROUGHPUT_OVERRIDE),
    optional("OnDemandThroughputOverride", &ON_DEMAND_THROUGHPUT_OVERRIDE),
    optional("GlobalSecondaryIndexes", &REPLICA_GLOBAL_SECONDARY_INDEX_LIST),
    optional("TableClassOverride", &TABLE_CLASS),
]);
/// The input of `UpdateTable`.
pub static UPDATE_TABLE_INPUT: Shape = structure("UpdateTableInput", &[
    optional("AttributeDefinitions", &ATTRIBUTE_DEFINITIONS),
    required("TableName", &TABLE),
    optional("BillingMode", &BILLING_MODE),
    optional("ProvisionedThroughput", &PROVISIONED_THROUGHPUT),
    optional("GlobalSecondaryIndexUpdates", &GLOBAL_SECONDARY_INDEX_UPDATE_LIST),
    optional("StreamSpecification", &STREAM_SPECIFICATION),
    optional("SSESpecification", &SSE_SPECIFICATION),
    optional("ReplicaUpdates", &REPLICATION_GROUP_UPDATE_LIST),
    optional("TableClass", &TABLE_CLASS),
    optional("DeletionProtectionEnabled", &FLAG),
    optional("MultiRegionConsistency", &MULTI_REGION_CONSISTENCY),
    optional("GlobalTableWitnessUpdates", &GLOBAL_TABLE_WITNESS_GROUP_UPDATE_LIST),
    optional("OnDemandThroughput", &ON_DEMAND_THROUGHPUT),
    optional("WarmThroughput", &WARM_THROUGHPUT),
    optional("GlobalTableSettingsReplicationMode", &GLOBAL_TABLE_SETTINGS_REPLICATION_MODE),
    optional("DisassociationProtectionEnabled", &FLAG),
    optional("VectorIndexUpdates", &VECTOR_INDEX_UPDATE_LIST),
]);
/// The input of `UpdateTableReplicaAutoScaling`.
pub static UPDATE_TABLE_REPLICA_AUTO_SCALING_INPUT: Shape = structure("UpdateTableReplicaAutoScalingInput", &[
    optional("GlobalSecondaryIndexUpdates", &GLOBAL_SECONDARY_INDEX_AUTO_SCALING_UPDATE_LIST),
    required("TableName", &TABLE),
    optional("ProvisionedWriteCapacityAutoScalingUpdate", &AUTO_SCALING_SETTINGS_UPDATE),
    optional("ReplicaUpdates", &REPLICA_AUTO_SCALING_UPDATE_LIST),
]);
/// The input of `UpdateTimeToLive`.
pub static UPDATE_TIME_TO_LIVE_INPUT: Shape = structure("UpdateTimeToLiveInput", &[
    required("TableName", &TABLE),
    required("TimeToLiveSpecification", &TIME_TO_LIVE_SPECIFICATION),
]);
static VECTOR_ATTRIBUTE_DEFINITION: Shape = structure("VectorAttributeDefinition", &[
    required("AttributeName", &VECTOR_ATTRIBUTE_NAME),
]);
static VECTOR_ATTRIBUTE_NAME: Shape = text(1, 255);
static VECTOR_DISTANCE_FUNCTION: Shape = words(&["COSINE", "DOT_PRODUCT", "EUCLIDEAN"]);
static VECTOR_INDEX: Shape = structure("VectorIndex", &[
    required("IndexName", &INDEX_NAME),
    required("VectorAttribute", &VECTOR_ATTRIBUTE_DEFINITION),
    optional("SearchSchema", &SEARCH_SCHEMA),
    required("Projection", &PROJECTION),
    required("Dimensions", &POSITIVE_LONG_OBJECT),
    required("DistanceFunction", &VECTOR_DISTANCE_FUNCTION),
]);
static VECTOR_INDEX_LIST: Shape = list(&VECTOR_INDEX, 0, u64::MAX);
static VECTOR_INDEX_UPDATE: Shape = structure("VectorIndexUpdate", &[
    optional("Create", &CREATE_VECTOR_INDEX_ACTION),
    optional("Delete", &DELETE_VECTOR_INDEX_ACTION),
]);
static VECTOR_INDEX_UPDATE_LIST: Shape = list(&VECTOR_INDEX_UPDATE, 0, u64::MAX);
static WARM_THROUGHPUT: Shape = structure("WarmThroughput", &[
    optional("ReadUnitsPerSecond", &LONG),
    optional("WriteUnitsPerSecond", &LONG),
]);
static WRITE_REQUEST: Shape = structure("WriteRequest", &[
    optional("PutRequest", &PUT_REQUEST),
    optional("DeleteRequest", &DELETE_REQUEST),
]);
static WRITE_REQUESTS: Shape = list(&WRITE_REQUEST, 1, 25);
