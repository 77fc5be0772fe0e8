//! Fixed numbers of the service, under the service's own terms. No logic.

/// Significant digits of a number.
pub const NUMBER_DIGITS: usize = 38;
/// Largest power of ten of a number's first digit.
pub const NUMBER_MAX_EXPONENT: i32 = 125;
/// Smallest power of ten of a number's first digit.
pub const NUMBER_MIN_EXPONENT: i32 = -130;

/// Bytes of an item, names and values.
pub const ITEM_BYTES: usize = 400 * 1024;
/// Levels of nesting; a top-level attribute is level one.
pub const NESTING_LEVELS: usize = 32;
/// Bytes of a partition key value.
pub const PARTITION_KEY_BYTES: usize = 2048;
/// Bytes of a sort key value.
pub const SORT_KEY_BYTES: usize = 1024;
/// Bytes of an attribute name.
pub const ATTRIBUTE_NAME_BYTES: usize = 65_535;
/// Bytes of the name of a key attribute.
pub const KEY_NAME_BYTES: usize = 255;

/// Bytes of an expression as sent.
pub const EXPRESSION_BYTES: usize = 4096;
/// Operators in one condition; function calls and parentheses do not count.
pub const EXPRESSION_OPERATORS: usize = 300;
/// Bytes of all expression attribute names and values of a request.
pub const EXPRESSION_ATTRIBUTES_BYTES: usize = 2 * 1024 * 1024;
/// Bytes of a `#name` or `:value` token.
pub const PLACEHOLDER_BYTES: usize = 255;

/// Bytes of item data that one Query or Scan page evaluates.
pub const PAGE_BYTES: usize = 1024 * 1024;
/// Keys of a BatchGetItem.
pub const BATCH_GET_KEYS: usize = 100;
/// Bytes of item data that one BatchGetItem returns.
pub const BATCH_GET_BYTES: usize = 16 * 1024 * 1024;
/// Requests of a BatchWriteItem.
pub const BATCH_WRITE_REQUESTS: usize = 25;
/// Bytes of the items, keys and values that one transaction names, or of the items that one reads.
pub const TRANSACTION_BYTES: usize = 4 * 1024 * 1024;
/// Milliseconds that a client request token is remembered: 10 minutes.
pub const TOKEN_LIFE_MS: u64 = 10 * 60 * 1000;
/// Seconds for which a TTL attribute may be over and still expire its item: five years.
pub const EXPIRED_SECONDS: u64 = 5 * 365 * 24 * 60 * 60;
/// Local secondary indexes of a table.
pub const LOCAL_INDEXES: usize = 5;
/// Global secondary indexes of a table.
pub const GLOBAL_INDEXES: usize = 20;
/// HASH attributes, and RANGE attributes, of a global secondary index key.
pub const INDEX_KEY_ATTRIBUTES: usize = 4;
/// `NonKeyAttributes` over all indexes of a table.
pub const PROJECTED_ATTRIBUTES: usize = 100;
/// Units of reading, and of writing, that an account may provision.
pub const ACCOUNT_CAPACITY_UNITS: u32 = 80_000;
/// Units of reading, and of writing, that a table may have provisioned.
pub const TABLE_CAPACITY_UNITS: u32 = 40_000;
/// Tags of a resource.
pub const RESOURCE_TAGS: usize = 50;

/// Bytes that one write capacity unit covers.
pub const WRITE_UNIT_BYTES: usize = 1024;
/// Bytes that one strongly consistent read capacity unit covers.
pub const READ_UNIT_BYTES: usize = 4096;

/// Records of one GetRecords page.
pub const STREAM_PAGE_RECORDS: usize = 1000;
/// Bytes of one GetRecords page.
pub const STREAM_PAGE_BYTES: usize = 1024 * 1024;
/// Milliseconds that a stream record is kept: 24 hours.
pub const STREAM_RETENTION_MS: u64 = 24 * 60 * 60 * 1000;
/// Milliseconds that a shard iterator is good for: 15 minutes.
pub const ITERATOR_LIFE_MS: u64 = 15 * 60 * 1000;

/// Bytes of what a function is invoked with.
pub const FUNCTION_PAYLOAD_BYTES: usize = 6 * 1024 * 1024;
