//! `ProjectionExpression`: document paths with commas between them.

use crate::expr::ast::Projection;
use crate::expr::check::check_apart;
use crate::expr::error::{Clause, ExprError};
use crate::expr::lexer::TokenKind;
use crate::expr::names::Placeholders;
use crate::expr::parser::Parser;

/// Parses a projection; no two of its paths overlap or conflict.
pub fn parse_projection(
    text: &str,
    placeholders: &mut Placeholders,
) -> Result<Projection, ExprError> {
    let mut parser = Parser::open(text, Clause::Projection, placeholders)?;
    let mut paths = vec![parser.path()?];
    while parser.take(TokenKind::Comma).is_some() {
        paths.push(parser.path()?);
    }
    let outcome = check_apart(paths.iter());
    parser.note_failure(0, outcome);
    parser.finish()?;
    Ok(Projection { paths })
}
