//! The expressions of a request, each parsed once, over one set of placeholders, or the older parameters in their place.
//!
//! Owns which of them go together with what, and the order of checks: styles that do not mix, empty placeholder maps and
//! those without an expression, keys of the maps, values, then the expressions, then what no expression used. The rules
//! of the older parameters are in `legacy`; what comes out is the same whichever style a request uses.

use std::sync::Arc;

use crate::engine::table::{KeyAttribute, Table};
use crate::error::{Fault, Voice};
use crate::expr::{
    Clause, Condition, KeyCondition, Placeholders, Projection, Update, parse_condition,
    parse_key_condition, parse_projection, parse_update,
};
use crate::limits::EXPRESSION_ATTRIBUTES_BYTES;
use crate::model::{Entries, Json};
use crate::ops::legacy::Legacy;
use crate::ops::values::{check_name, exponent_width, read_expression_value};
use crate::types::Path;

/// A request's expressions as text, with its placeholder maps.
#[derive(Debug, Default)]
pub struct Clauses<'p, 'r> {
    condition: Option<&'p str>,
    filter: Option<&'p str>,
    key_condition: Option<&'p str>,
    projection: Option<&'p str>,
    update: Option<&'p str>,
    names: Option<Vec<(String, String)>>,
    values: Option<Entries<'r>>,
    legacy: Legacy<'r>,
}

/// The parsed expressions, or what the older parameters ask for.
#[derive(Debug, Default)]
pub struct Parsed {
    /// ConditionExpression or Expected.
    pub condition: Option<Condition>,
    /// FilterExpression, QueryFilter or ScanFilter.
    pub filter: Option<Condition>,
    /// KeyConditionExpression or KeyConditions.
    pub key_condition: Option<KeyCondition>,
    /// ProjectionExpression or AttributesToGet.
    pub projection: Option<Projection>,
    /// UpdateExpression or AttributeUpdates.
    pub update: Option<Update>,
}

/// The expression members of an operation, or of one part of it.
pub const EXPRESSIONS: [&str; 5] = [
    "UpdateExpression",
    "ConditionExpression",
    "ProjectionExpression",
    "FilterExpression",
    "KeyConditionExpression",
];

/// The members of the older style that may not stand beside expressions.
const LEGACY: [&str; 7] = [
    "AttributesToGet",
    "QueryFilter",
    "ScanFilter",
    "AttributeUpdates",
    "Expected",
    "ConditionalOperator",
    "KeyConditions",
];

impl<'p, 'r> Clauses<'p, 'r> {
    /// Reads the expressions of a request or of one part of it (a table of a batch), and takes the values out of it, as
    /// well as the older parameters. Checks that the styles are not mixed. Where the service tells which expressions are
    /// missing beside values, `voiced` says which ones it names.
    pub fn read(request: &'p mut Json<'r>, voiced: &[&str]) -> Result<Clauses<'p, 'r>, Fault> {
        let values = request
            .take("ExpressionAttributeValues")
            .map(Json::into_values);
        let present = |name: &&str| request.member(name).is_some();
        let mut older: Vec<&str> = LEGACY.into_iter().filter(present).collect();
        let modern: Vec<&str> = EXPRESSIONS.into_iter().filter(present).collect();
        let has_no_expression = modern.is_empty();
        let legacy = if older.is_empty() {
            Legacy::default()
        } else {
            if !has_no_expression && !modern.contains(&"KeyConditionExpression") {
                // The keys of a query may be given in the older style beside other expressions.
                // Observed: fixtures/conformance/query/legacy_mixing.json
                older.retain(|name| *name != "KeyConditions");
            }
            check_styles(&older, &modern)?;
            Legacy::read(request)?
        };
        let request = &*request;
        let expression = |name| request.member(name).and_then(Json::text);
        let names = request.member("ExpressionAttributeNames").map(|names| {
            let entries = names.entries().iter();
            entries
                .map(|(key, name)| (key.to_string(), name.text().unwrap_or_default().to_owned()))
                .collect()
        });
        let clauses = Clauses {
            condition: expression("ConditionExpression"),
            filter: expression("FilterExpression"),
            key_condition: expression("KeyConditionExpression"),
            projection: expression("ProjectionExpression"),
            update: expression("UpdateExpression"),
            names,
            values,
            legacy,
        };
        clauses.check_maps(voiced, has_no_expression)?;
        Ok(clauses)
    }

    /// The placeholder maps must not be empty, and there must be an expression that could use them.
    fn check_maps(&self, voiced: &[&str], has_no_expression: bool) -> Result<(), Fault> {
        if has_no_expression && self.names.is_some() {
            return Err(Fault::parameter(
                "ExpressionAttributeNames can only be specified when using expressions",
            ));
        }
        let only_projection = self.projection.is_some()
            && [self.condition, self.filter, self.key_condition, self.update]
                .iter()
                .all(Option::is_none);
        if (has_no_expression || only_projection) && self.values.is_some() {
            let missing = match voiced {
                [] => String::new(),
                [one] => format!(": {one} is null"),
                several => format!(": {} are null", several.join(" and ")),
            };
            return Err(Fault::parameter(format!(
                "ExpressionAttributeValues can only be specified when using expressions{missing}"
            )));
        }
        if self.names.as_ref().is_some_and(Vec::is_empty) {
            return Err(Fault::parameter(
                "ExpressionAttributeNames must not be empty",
            ));
        }
        if self.values.as_ref().is_some_and(Vec::is_empty) {
            return Err(Fault::parameter(
                "ExpressionAttributeValues must not be empty",
            ));
        }
        Ok(())
    }

    /// Tests the keys of the placeholder maps; operations on one item do so before they read any value.
    // Observed: fixtures/conformance/update_item/order_of_checks.json
    pub fn check_keys(&self) -> Result<(), Fault> {
        let (names, values) = (self.names.iter().flatten(), self.values.iter().flatten());
        Placeholders::check_keys(
            names.map(|(key, _)| key.as_str()),
            values.map(|(key, _)| key.as_ref()),
        )
        .map_err(Fault::from)
    }

    /// A query needs a key condition.
    pub fn check_key_condition(&self) -> Result<(), Fault> {
        if self.key_condition.is_some() || self.legacy.has_keys() {
            return Ok(());
        }
        Err(Fault::parameter(
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.",
        ))
    }

    /// The parameter that names what is to be returned, if there is one.
    pub fn projection_parameter(&self) -> Option<&'static str> {
        let older = if self.legacy.has_projection() {
            Some("AttributesToGet")
        } else {
            None
        };
        self.projection.map(|_| "ProjectionExpression").or(older)
    }

    /// What errors call the filter.
    pub fn filter_parameter(&self) -> &'static str {
        if self.legacy.has_filter() {
            "QueryFilter"
        } else {
            "Filter Expression"
        }
    }

    /// Reads the values, parses every expression and checks that nothing was left unused. The update comes first, as the
    /// service parses it.
    pub fn parse(self, voice: Voice) -> Result<Parsed, Fault> {
        self.check_keys()?;
        let names = self.names.unwrap_or_default();
        let sent = self.values.unwrap_or_default();
        for (key, name) in &names {
            check_name(name).map_err(|error| Fault::value_of(error, key))?;
        }
        let width = exponent_width(voice);
        let mut values = Vec::with_capacity(sent.len());
        for (key, value) in sent {
            let attr = read_expression_value(&key, value, width)?;
            values.push((key.into_owned(), attr));
        }
        let bytes = names
            .iter()
            .map(|(key, name)| key.len() + name.len())
            .sum::<usize>()
            + values
                .iter()
                .map(|(key, value)| key.len() + value.byte_size())
                .sum::<usize>();
        if bytes > EXPRESSION_ATTRIBUTES_BYTES {
            return Err(Fault::parameter(format!(
                "ExpressionAttributeNames and ExpressionAttributeValues exceed the maximum of {EXPRESSION_ATTRIBUTES_BYTES} bytes"
            )));
        }
        let mut placeholders = Placeholders::new(names, values);
        let p = &mut placeholders;
        let mut parsed = Parsed {
            update: self.update.map(|text| parse_update(text, p)).transpose()?,
            condition: self
                .condition
                .map(|text| parse_condition(text, Clause::Condition, p))
                .transpose()?,
            key_condition: self
                .key_condition
                .map(|text| parse_key_condition(text, p))
                .transpose()?,
            filter: self
                .filter
                .map(|text| parse_condition(text, Clause::Filter, p))
                .transpose()?,
            projection: self
                .projection
                .map(|text| parse_projection(text, p))
                .transpose()?,
        };
        placeholders.check_used()?;
        self.legacy.complete(&mut parsed, width)?;
        Ok(parsed)
    }
}

impl Parsed {
    /// Tests that no expression looks into a key attribute.
    pub fn check_key_paths(&self, table: &Table) -> Result<(), Fault> {
        check_key_paths(table, |visit| {
            if let Some(update) = &self.update {
                update.visit_paths(visit);
            }
            for condition in [&self.condition, &self.filter].into_iter().flatten() {
                condition.visit_paths(visit);
            }
            if let Some(projection) = &self.projection {
                projection.paths().iter().for_each(visit);
            }
        })
    }
}

/// Tests that none of the paths visited looks into a key attribute of the table or of an index: keys are scalars.
// Observed: fixtures/conformance/get_item/paths_into_keys.json
pub fn check_key_paths(
    table: &Table,
    visit_all: impl FnOnce(&mut dyn FnMut(&Path)),
) -> Result<(), Fault> {
    let mut entered = Vec::new();
    visit_all(&mut |path| {
        if !path.steps.is_empty() {
            entered.push(Arc::clone(&path.root));
        }
    });
    if entered.is_empty() {
        return Ok(());
    }
    let of_table = table.key.attributes().map(|attribute| ("Key", attribute));
    let of_indexes = table
        .indexes
        .iter()
        .flat_map(|index| index.key.attributes())
        .map(|attribute| ("IndexKey", attribute));
    for (role, KeyAttribute { name, .. }) in of_table.chain(of_indexes) {
        if entered.iter().any(|root| **root == **name) {
            return Err(Fault::schema(format!(
                "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: {role}: {name}"
            )));
        }
    }
    Ok(())
}

/// Tests that a request keeps to one style.
pub fn check_styles(older: &[&str], modern: &[&str]) -> Result<(), Fault> {
    if older.is_empty() || modern.is_empty() {
        return Ok(());
    }
    Err(Fault::parameter(format!(
        "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {{{}}} Expression parameters: {{{}}}",
        older.join(", "),
        modern.join(", ")
    )))
}
