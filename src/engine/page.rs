//! The one loop behind Query, Scan and SELECT: rows of some ranges, counted, filtered, projected and written as JSON,
//! until the limit or a page's bytes are reached.
//!
//! It runs in steps so that a short page is read where the request is, while a long one moves to a thread that may
//! block. Bytes are those of the rows as stored in the table or index, before filter and projection.

use std::ops::ControlFlow;
use std::sync::Arc;

use bytes::Bytes;

use crate::engine::capacity::{Consistency, Consumed, read_units};
use crate::engine::cursor;
use crate::engine::plan::Source;
use crate::engine::table::Table;
use crate::error::Fault;
use crate::expr::{Condition, Projection};
use crate::limits::PAGE_BYTES;
use crate::storage::keys::KeyRange;
use crate::storage::{Order, Store, StoreError, codec};
use crate::types::Path;
use crate::types::wire::{write_attr, write_item, write_str};

/// What a Query, a Scan or a SELECT reads.
#[derive(Debug)]
pub struct ReadPlan {
    /// The table.
    pub table: Arc<Table>,
    /// The table or an index of it.
    pub source: Source,
    /// The rows, what was read before left out. Each range is charged for itself.
    pub ranges: Vec<KeyRange>,
    /// Direction.
    pub order: Order,
    /// Most rows to evaluate.
    pub limit: Option<usize>,
    /// How consistent, for the price.
    pub consistency: Consistency,
    /// What a row must meet to be returned.
    pub filter: Option<Condition>,
    /// What is returned of a row.
    pub output: Output,
    /// Whether rows of a local index are completed from the table.
    pub fetch: Fetch,
}

/// What is returned of a row.
#[derive(Debug)]
pub enum Output {
    /// Only that it counts.
    Count,
    /// Everything that was read.
    Everything,
    /// Some paths.
    Projection(Projection),
    /// Some paths, each value under a name of its own.
    Columns(Vec<Column>),
}

/// A value of a row, and its name in what is returned.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The name; no two columns share one.
    pub name: String,
    /// Where the value is.
    pub path: Path,
}

/// Whether rows of a local index are completed from the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fetch {
    /// The index has what is asked for.
    Never,
    /// Each row's item is read from the table, and takes the row's place.
    Base,
    /// Each row's item is read from the table for what is returned of it; the filter sees what the index has.
    Returned,
}

/// A page.
#[derive(Debug, Default)]
pub struct Page {
    /// The items' JSON, separated by commas.
    pub items: Vec<u8>,
    /// How many rows are returned.
    pub count: usize,
    /// How many rows were evaluated.
    pub scanned: usize,
    /// JSON of the last row's key, when more may follow.
    pub last_key: Option<Vec<u8>>,
    /// Where the page ended, when more may follow.
    pub end: Option<PageEnd>,
    /// Units consumed.
    pub consumed: Consumed,
}

/// Where a page ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageEnd {
    /// Place of the last row's range among those of the plan.
    pub range: usize,
    /// Storage key of the last row.
    pub row: Vec<u8>,
}

/// Whether a page is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// There may be more rows to read.
    More,
    /// The page is complete.
    Done,
}

/// A page in the making.
#[derive(Debug)]
pub struct Collector {
    plan: ReadPlan,
    page: Page,
    /// The range that is read.
    at: usize,
    /// Bytes of the page.
    bytes: usize,
    /// Bytes of the page that were charged.
    charged: usize,
    units: f64,
    fetched_units: f64,
    /// Storage key of the last row of a step that is not the page's last.
    resume: Option<Vec<u8>>,
}

impl Collector {
    /// Starts a page.
    pub fn new(plan: ReadPlan) -> Collector {
        Collector {
            plan,
            page: Page::default(),
            at: 0,
            bytes: 0,
            charged: 0,
            units: 0.0,
            fetched_units: 0.0,
            resume: None,
        }
    }

    /// Reads up to so many rows on; a range counts as one, so that many empty ones end a step, too.
    pub fn step(&mut self, store: &dyn Store, rows: usize) -> Result<Progress, StoreError> {
        let mut left = rows;
        while let Some(range) = self.plan.ranges.get(self.at) {
            let range = range.clone();
            let progress = self.read_range(store, range, &mut left)?;
            if progress == Progress::More {
                return Ok(Progress::More);
            }
            self.units += read_units(self.bytes - self.charged, self.plan.consistency);
            self.charged = self.bytes;
            if self.page.end.is_some() {
                return Ok(Progress::Done);
            }
            self.at += 1;
            left = left.saturating_sub(1);
            if left == 0 {
                return Ok(Progress::More);
            }
        }
        Ok(Progress::Done)
    }

    /// Reads on in a range, until it or the page is complete or no rows are left for this step.
    fn read_range(
        &mut self,
        store: &dyn Store,
        range: KeyRange,
        left: &mut usize,
    ) -> Result<Progress, StoreError> {
        let range = match self.resume.take() {
            Some(key) => range.resumed(self.plan.order, &key),
            None => range,
        };
        let (from, to) = range.bounds();
        let mut progress = Progress::Done;
        let mut failure = None;
        store.range(from, to, self.plan.order, &mut |key, row| {
            match self.take_row(store, key, row) {
                Ok(Progress::Done) => return ControlFlow::Break(()),
                Ok(Progress::More) => {}
                Err(error) => {
                    failure = Some(error);
                    return ControlFlow::Break(());
                }
            }
            *left = left.saturating_sub(1);
            if *left == 0 {
                self.resume = Some(key.to_vec());
                progress = Progress::More;
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        })?;
        failure.map_or(Ok(progress), Err)
    }

    /// Evaluates one row; done when it is the last one of the page.
    fn take_row(
        &mut self,
        store: &dyn Store,
        storage_key: &[u8],
        row: &[u8],
    ) -> Result<Progress, StoreError> {
        self.bytes += codec::byte_size(row)?;
        self.page.scanned += 1;
        let fetched = match self.plan.fetch {
            Fetch::Never => None,
            Fetch::Base | Fetch::Returned => self.fetch(store, row)?,
        };
        let item = fetched.as_deref().unwrap_or(row);
        let filtered = match self.plan.fetch {
            Fetch::Returned => row,
            Fetch::Never | Fetch::Base => item,
        };
        self.return_row(filtered, item)?;
        let is_last = self.plan.limit == Some(self.page.scanned) || self.bytes >= PAGE_BYTES;
        if !is_last {
            return Ok(Progress::More);
        }
        let mut key = Vec::new();
        cursor::write_last_key(&self.plan.table, self.plan.source, row, &mut key)?;
        self.page.last_key = Some(key);
        self.page.end = Some(PageEnd {
            range: self.at,
            row: storage_key.to_vec(),
        });
        Ok(Progress::Done)
    }

    /// The item that an index row stands for. One deleted since the row was read is left as the row has it.
    fn fetch(&mut self, store: &dyn Store, row: &[u8]) -> Result<Option<Bytes>, StoreError> {
        let table = &self.plan.table;
        let names: Vec<&str> = table
            .key
            .attributes()
            .map(|attribute| attribute.name.as_str())
            .collect();
        let Some(key) = table.row_key_of_stored(&codec::decode_some(row, &names)?) else {
            return Ok(None);
        };
        let item = store.get(&key)?;
        let bytes = item.as_ref().map_or(Ok(0), |item| codec::byte_size(item))?;
        self.fetched_units += read_units(bytes, self.plan.consistency);
        Ok(item)
    }

    /// Returns what is asked for of an item, if the filter holds for what it is to look at.
    fn return_row(&mut self, filtered: &[u8], item: &[u8]) -> Result<(), StoreError> {
        if let Some(filter) = &self.plan.filter {
            let mut roots = Vec::new();
            filter.visit_roots(&mut |name| roots.push(Arc::clone(name)));
            let roots: Vec<&str> = roots.iter().map(AsRef::as_ref).collect();
            if !filter.holds(&codec::decode_some(filtered, &roots)?) {
                return Ok(());
            }
        }
        let out = &mut self.page.items;
        if self.page.count > 0 && !matches!(self.plan.output, Output::Count) {
            out.push(b',');
        }
        self.page.count += 1;
        match &self.plan.output {
            Output::Count => {}
            Output::Everything => write_returned(item, None, out)?,
            Output::Projection(projection) => write_returned(item, Some(projection), out)?,
            Output::Columns(columns) => write_columns(item, columns, out)?,
        }
        Ok(())
    }

    /// The finished page with what it consumed: bytes are summed over all rows of a range and rounded once.
    pub fn finish(mut self) -> Page {
        self.page.consumed = match self.plan.source {
            Source::Table => Consumed::of_table(self.units),
            Source::Index(place) => Consumed {
                table: self.fetched_units,
                indexes: vec![(place, self.units)],
            },
        };
        self.page
    }
}

/// Writes the JSON of a stored item, or of the paths of it that a projection names.
pub fn write_returned(
    item: &[u8],
    projection: Option<&Projection>,
    out: &mut Vec<u8>,
) -> Result<(), StoreError> {
    let Some(projection) = projection else {
        return Ok(codec::write_json(item, out)?);
    };
    if projection.paths().iter().all(|path| path.steps.is_empty()) {
        codec::write_json_some(item, out, |name| {
            projection.roots().any(|root| **root == *name)
        })?;
        return Ok(());
    }
    let roots: Vec<&str> = projection.roots().map(AsRef::as_ref).collect();
    write_item(out, &projection.apply(&codec::decode_some(item, &roots)?));
    Ok(())
}

/// Writes the JSON of the values that columns have in a stored item.
pub fn write_columns(item: &[u8], columns: &[Column], out: &mut Vec<u8>) -> Result<(), StoreError> {
    let roots: Vec<&str> = columns.iter().map(|column| &*column.path.root).collect();
    let item = codec::decode_some(item, &roots)?;
    out.push(b'{');
    let found = columns
        .iter()
        .filter_map(|column| Some((&column.name, column.path.get(&item)?)));
    for (place, (name, value)) in found.enumerate() {
        if place > 0 {
            out.push(b',');
        }
        write_str(out, name);
        out.push(b':');
        write_attr(out, value);
    }
    out.push(b'}');
    Ok(())
}

/// Rows that are read where the request is; a page that needs more moves to a thread that may block.
const INLINE_ROWS: usize = 64;
/// Rows between two looks at whether the page is complete, on such a thread.
const STEP_ROWS: usize = 4096;

/// Reads a page.
pub async fn collect(store: &Arc<dyn Store>, plan: ReadPlan) -> Result<Page, Fault> {
    let mut collector = Collector::new(plan);
    if collector.step(&**store, INLINE_ROWS)? == Progress::Done {
        return Ok(collector.finish());
    }
    let store = Arc::clone(store);
    tokio::task::spawn_blocking(move || {
        while collector.step(&*store, STEP_ROWS)? == Progress::More {}
        Ok(collector.finish())
    })
    .await
    .unwrap_or_else(|error| Err(Fault::internal(format!("reading a page failed: {error}"))))
}
