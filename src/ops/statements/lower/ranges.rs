//! Which rows a WHERE can be met by at all: ranges of keys out of its conditions on the key.
//!
//! The ranges hold every row that meets the condition, and usually more: the condition stays the filter of what is read.
//! So what is not understood here costs only time. No two ranges share a row.

use std::ops::Bound;
use std::sync::Arc;

use crate::engine::plan::{Source, plan_key_condition};
use crate::engine::table::{KeySchema, Table};
use crate::error::Fault;
use crate::expr::{Comparator, Condition, KeyClause, KeyCondition, KeyTest, Operand};
use crate::partiql::{Direction, PartiqlError};
use crate::storage::keys::KeyRange;
use crate::types::Attr;

/// Single keys that an IN on the sort key is made into; more are left to the filter.
const SINGLE_KEYS: usize = 100;

/// Rows of one partition, as one way to meet the condition names them.
#[derive(Clone)]
struct Branch {
    partition: Arc<Attr>,
    sort: Option<KeyTest>,
    /// Which alternative of an OR it comes from.
    arm: usize,
    /// Whether it restricts the sort key in a way that is no range.
    is_filtered: bool,
}

/// The directions that an ORDER BY asks for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Directions {
    /// Of partitions; as they are written when nothing is said.
    pub(super) partition: Option<Direction>,
    /// Of rows within a partition.
    pub(super) sort: Option<Direction>,
}

/// The ranges that a condition restricts the rows to; nothing when it may be met in any partition.
pub(super) fn plan_ranges(
    table: &Table,
    source: Source,
    condition: Option<&Condition>,
    directions: Directions,
) -> Result<Option<Vec<KeyRange>>, Fault> {
    let key = source.key(table);
    let mut arms = 0;
    let Some(branches) = condition.and_then(|condition| branches(key, condition, &mut arms)) else {
        return Ok(None);
    };
    let mut partitions: Vec<Partition> = Vec::new();
    for branch in branches {
        let clause = |name: &str, test| KeyClause {
            name: name.into(),
            test,
        };
        let mut clauses = vec![clause(
            &key.partition[0].name,
            KeyTest::Equal(Arc::clone(&branch.partition)),
        )];
        if let (Some(attribute), Some(test)) = (key.sort.first(), &branch.sort) {
            clauses.push(clause(&attribute.name, test.clone()));
        }
        let plan = plan_key_condition(table, source, &KeyCondition { clauses })?;
        let part = (plan.range, branch.clone());
        match partitions
            .iter_mut()
            .find(|known| known.prefix == plan.partition)
        {
            Some(known) => known.parts.push(part),
            None => partitions.push(Partition {
                value: branch.partition,
                prefix: plan.partition,
                parts: vec![part],
            }),
        }
    }
    if let Some(direction) = directions.partition {
        partitions.sort_by(|one, two| {
            let order = one.value.compare(&two.value);
            let order = order.unwrap_or(std::cmp::Ordering::Equal);
            match direction {
                Direction::Ascending => order,
                Direction::Descending => order.reverse(),
            }
        });
    }
    let mut ranges = Vec::new();
    for partition in partitions {
        let mut merged = partition.merge()?;
        if directions.sort == Some(Direction::Descending) {
            merged.reverse();
        }
        ranges.append(&mut merged);
    }
    Ok(Some(ranges))
}

/// The branches of one partition.
struct Partition {
    value: Arc<Attr>,
    prefix: Vec<u8>,
    parts: Vec<(KeyRange, Branch)>,
}

impl Partition {
    /// Ranges in order of their keys that do not overlap. The service takes no alternatives that meet on the sort key.
    fn merge(mut self) -> Result<Vec<KeyRange>, PartiqlError> {
        self.parts
            .sort_by(|one, two| key_of(&one.0.from).cmp(key_of(&two.0.from)));
        let mut merged: Vec<(KeyRange, Branch)> = Vec::new();
        for (range, branch) in self.parts {
            let Some((last, before)) = merged
                .last_mut()
                .filter(|(last, _)| begins_within(&range, last))
            else {
                merged.push((range, branch));
                continue;
            };
            let restricts = before.sort.is_some() || branch.sort.is_some();
            let is_filtered = before.is_filtered || branch.is_filtered;
            if before.arm != branch.arm && restricts && !is_filtered {
                return Err(PartiqlError::OverlappingRanges);
            }
            if ends_behind(&range, last) {
                last.to = range.to;
            }
            before.is_filtered = is_filtered;
        }
        Ok(merged.into_iter().map(|(range, _)| range).collect())
    }
}

fn key_of(bound: &Bound<Vec<u8>>) -> &[u8] {
    match bound {
        Bound::Included(key) | Bound::Excluded(key) => key,
        Bound::Unbounded => &[],
    }
}

/// Whether a range begins before another one, which does not begin behind it, ends.
fn begins_within(range: &KeyRange, other: &KeyRange) -> bool {
    match &other.to {
        Bound::Unbounded => true,
        Bound::Included(end) => key_of(&range.from) <= end.as_slice(),
        Bound::Excluded(end) => key_of(&range.from) < end.as_slice(),
    }
}

fn ends_behind(range: &KeyRange, other: &KeyRange) -> bool {
    match (&range.to, &other.to) {
        (_, Bound::Unbounded) => false,
        (Bound::Unbounded, _) => true,
        (one, two) => key_of(one) > key_of(two),
    }
}

/// The ways in which a condition can be met, when each of them fixes the partition.
fn branches(key: &KeySchema, condition: &Condition, arms: &mut usize) -> Option<Vec<Branch>> {
    match condition {
        Condition::Or(parts) if !parts.is_empty() => {
            let mut all = Vec::new();
            for part in parts {
                *arms += 1;
                all.append(&mut branches(key, part, arms)?);
            }
            Some(all)
        }
        Condition::And(parts) => {
            let mut rest = parts.iter();
            let mut found = rest.find_map(|part| branches(key, part, arms))?;
            // The first partition test decides; the parts before and behind it may restrict the sort key.
            for part in parts {
                restrict(key, part, &mut found);
            }
            Some(found)
        }
        other => {
            let arm = *arms;
            let values = partition_values(key, other)?;
            let branch = |partition| Branch {
                partition,
                sort: None,
                arm,
                is_filtered: false,
            };
            Some(values.into_iter().map(branch).collect())
        }
    }
}

/// The partition values that an equality or an IN fixes.
fn partition_values(key: &KeySchema, condition: &Condition) -> Option<Vec<Arc<Attr>>> {
    let name = key.partition[0].name.as_str();
    if let Some(choices) = choices_of(name, condition) {
        return Some(choices);
    }
    match KeyClause::of(condition)? {
        KeyClause {
            name: found,
            test: KeyTest::Equal(value),
        } if *found == *name => Some(vec![value]),
        _ => None,
    }
}

/// The constants of an IN on an attribute, if all choices are constants.
fn choices_of(name: &str, condition: &Condition) -> Option<Vec<Arc<Attr>>> {
    let Condition::In {
        operand: Operand::Path(path),
        choices,
    } = condition
    else {
        return None;
    };
    if *path.root != *name || !path.steps.is_empty() {
        return None;
    }
    let values = choices.iter().map(|choice| match choice {
        Operand::Value(value) => Some(Arc::clone(value)),
        _ => None,
    });
    values.collect()
}

/// Narrows branches by a condition that all of them have to meet.
fn restrict(key: &KeySchema, condition: &Condition, branches: &mut Vec<Branch>) {
    let Some(attribute) = key.sort.first() else {
        return;
    };
    let name = attribute.name.as_str();
    if let Some(clause) = KeyClause::of(condition)
        && *clause.name == *name
    {
        for branch in branches.iter_mut() {
            branch.sort.get_or_insert_with(|| clause.test.clone());
        }
        return;
    }
    if let Some(choices) = choices_of(name, condition)
        && choices.iter().all(|choice| choice.kind() == attribute.kind)
        && branches.len() * choices.len() <= SINGLE_KEYS
        && branches.iter().all(|branch| branch.sort.is_none())
    {
        let single = |branch: &Branch, value: &Arc<Attr>| Branch {
            sort: Some(KeyTest::Equal(Arc::clone(value))),
            ..branch.clone()
        };
        *branches = branches
            .iter()
            .flat_map(|branch| choices.iter().map(move |value| single(branch, value)))
            .collect();
        return;
    }
    let is_exclusion = match condition {
        Condition::Not(_) => true,
        Condition::Compare { comparator, .. } => *comparator == Comparator::NotEqual,
        _ => false,
    };
    if is_exclusion {
        let mut reads_sort_key = false;
        condition.visit_roots(&mut |root| reads_sort_key |= **root == *name);
        for branch in branches.iter_mut() {
            branch.is_filtered |= reads_sort_key;
        }
    }
}
