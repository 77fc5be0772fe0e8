//! Expressions: operators and what they bind. What operators apply to is in `term`.
//!
//! From loose to tight: OR, AND, NOT, equality with IS and IN, order with BETWEEN and LIKE, sums, products. Operators of
//! one strength group from the left. Chains of AND and of OR become flat, parentheses or not.

use crate::partiql::ast::{Expr, ExprKind, Span};
use crate::partiql::error::{Malformation, PartiqlError};
use crate::partiql::lexer::TokenKind;
use crate::partiql::parser::{LEVELS, Parser, malformed};
use crate::partiql::words::{Comparator, TypeName};

/// How tight an operator binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// Looser than all operators.
    Whole,
    Or,
    And,
    Not,
    Equality,
    Order,
    Sum,
    Product,
}

/// An operator between two operands.
#[derive(Clone, Copy)]
enum Infix {
    Or,
    And,
    Compare(Comparator),
    Is(Sense),
    In(Sense),
    Between(Sense),
    Like,
    Sum,
    Difference,
    /// One that the service does not have, by its name.
    Unsupported(&'static str),
}

/// Whether an operator has a NOT of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sense {
    Plain,
    Negated,
}

/// An expression and the levels of its tree.
pub(super) struct Node {
    pub(super) expr: Expr,
    levels: usize,
}

impl Node {
    /// An expression without parts.
    pub(super) fn leaf(kind: ExprKind, span: Span) -> Node {
        let expr = Expr { kind, span };
        Node { expr, levels: 1 }
    }

    /// An expression whose deepest part has so many levels.
    pub(super) fn over(levels: usize, kind: ExprKind, span: Span) -> Result<Node, PartiqlError> {
        if levels >= LEVELS {
            return malformed(Malformation::Unreadable);
        }
        let (expr, levels) = (Expr { kind, span }, levels + 1);
        Ok(Node { expr, levels })
    }

    pub(super) fn levels(&self) -> usize {
        self.levels
    }
}

impl Parser<'_> {
    /// Reads an expression to its end.
    pub(super) fn expression(&mut self) -> Result<Expr, PartiqlError> {
        self.node(Strength::Whole).map(|node| node.expr)
    }

    /// Reads an expression up to an operator that binds no tighter than the one before it.
    pub(super) fn node(&mut self, before: Strength) -> Result<Node, PartiqlError> {
        self.enter()?;
        let mut left = self.prefixed()?;
        while let Some((infix, strength, words)) = self.infix_ahead()
            && strength > before
        {
            left = self.infix(left, infix, strength, words)?;
        }
        self.leave();
        Ok(left)
    }

    /// Reads a term with the signs and NOTs before it.
    fn prefixed(&mut self) -> Result<Node, PartiqlError> {
        let token = self.current();
        let symbol = match token.kind {
            TokenKind::Not => {
                self.advance();
                let operand = self.node(Strength::Not)?;
                let kind = ExprKind::Not(Box::new(operand.expr));
                return Node::over(operand.levels, kind, token.span);
            }
            TokenKind::Plus => "+",
            TokenKind::Minus => "-",
            _ => return self.path_term(),
        };
        self.advance();
        self.enter()?;
        let mut operand = self.prefixed()?;
        self.leave();
        match &mut operand.expr.kind {
            ExprKind::Number(literal) if symbol == "-" => {
                literal.text = match literal.text.strip_prefix('-') {
                    Some(magnitude) => magnitude.into(),
                    None => format!("-{}", literal.text).into(),
                };
            }
            ExprKind::Number(_) => {}
            _ => self.note(PartiqlError::OperandCount(symbol, 1)),
        }
        Ok(operand)
    }

    /// The operator at the cursor, how tight it binds, and how many tokens it has.
    fn infix_ahead(&self) -> Option<(Infix, Strength, usize)> {
        use Comparator as C;
        let compare = |comparator: Comparator| {
            let strength = if comparator.is_ordering() {
                Strength::Order
            } else {
                Strength::Equality
            };
            (Infix::Compare(comparator), strength, 1)
        };
        let unsupported = |name, strength| (Infix::Unsupported(name), strength, 1);
        let found = match self.kind() {
            TokenKind::Or => (Infix::Or, Strength::Or, 1),
            TokenKind::And => (Infix::And, Strength::And, 1),
            TokenKind::Equal => compare(C::Equal),
            TokenKind::NotEqual => compare(C::NotEqual),
            TokenKind::Less => compare(C::Less),
            TokenKind::LessOrEqual => compare(C::LessOrEqual),
            TokenKind::Greater => compare(C::Greater),
            TokenKind::GreaterOrEqual => compare(C::GreaterOrEqual),
            TokenKind::Is if self.kind_ahead(1) == TokenKind::Not => {
                (Infix::Is(Sense::Negated), Strength::Equality, 2)
            }
            TokenKind::Is => (Infix::Is(Sense::Plain), Strength::Equality, 1),
            TokenKind::In => (Infix::In(Sense::Plain), Strength::Equality, 1),
            TokenKind::Between => (Infix::Between(Sense::Plain), Strength::Order, 1),
            TokenKind::Like => (Infix::Like, Strength::Order, 1),
            TokenKind::Not => match self.kind_ahead(1) {
                TokenKind::In => (Infix::In(Sense::Negated), Strength::Equality, 2),
                TokenKind::Between => (Infix::Between(Sense::Negated), Strength::Order, 2),
                TokenKind::Like => (Infix::Like, Strength::Order, 2),
                _ => return None,
            },
            TokenKind::Plus => (Infix::Sum, Strength::Sum, 1),
            TokenKind::Minus => (Infix::Difference, Strength::Sum, 1),
            TokenKind::Concatenate => unsupported("Concat", Strength::Sum),
            TokenKind::Star => unsupported("Times", Strength::Product),
            TokenKind::Slash => unsupported("Divide", Strength::Product),
            TokenKind::Percent => unsupported("Modulo", Strength::Product),
            _ => return None,
        };
        Some(found)
    }

    /// Reads an operator and what is to its right.
    fn infix(
        &mut self,
        left: Node,
        infix: Infix,
        strength: Strength,
        words: usize,
    ) -> Result<Node, PartiqlError> {
        let span = self.current().span;
        for _ in 0..words {
            self.advance();
        }
        if let Infix::Is(sense) = infix {
            let name = self.type_name()?;
            let kind = ExprKind::Is(Box::new(left.expr), name);
            return negated(Node::over(left.levels, kind, span)?, sense);
        }
        if self.kind() == TokenKind::End {
            return malformed(Malformation::RightSide);
        }
        if let Infix::In(sense) = infix {
            return self.one_of(left, span, sense);
        }
        let right = self.node(strength)?;
        let levels = left.levels.max(right.levels);
        let both = |left: Node, right: Node| Box::new([left.expr, right.expr]);
        let kind = match infix {
            Infix::Between(sense) => return self.between(left, right, span, sense),
            Infix::Or => return chain(Chain::Or, left, right, span),
            Infix::And => return chain(Chain::And, left, right, span),
            Infix::Compare(comparator) => ExprKind::Compare(comparator, both(left, right)),
            Infix::Sum => ExprKind::Sum(both(left, right)),
            Infix::Difference => ExprKind::Difference(both(left, right)),
            Infix::Unsupported(name) => {
                self.note(PartiqlError::UnsupportedOperation(name));
                return Ok(left);
            }
            Infix::Is(_) | Infix::In(_) | Infix::Like => {
                self.note(PartiqlError::UnsupportedOperation("Like"));
                return Ok(left);
            }
        };
        Node::over(levels, kind, span)
    }

    fn between(
        &mut self,
        operand: Node,
        lower: Node,
        span: Span,
        sense: Sense,
    ) -> Result<Node, PartiqlError> {
        self.expect(TokenKind::And)?;
        if self.kind() == TokenKind::End {
            return malformed(Malformation::RightSide);
        }
        let upper = self.node(Strength::Order)?;
        let levels = operand.levels.max(lower.levels).max(upper.levels);
        let operands = Box::new([operand.expr, lower.expr, upper.expr]);
        negated(
            Node::over(levels, ExprKind::Between(operands), span)?,
            sense,
        )
    }

    /// Reads what is to the right of IN: a list, in brackets or in parentheses.
    fn one_of(&mut self, left: Node, span: Span, sense: Sense) -> Result<Node, PartiqlError> {
        let (choices, deepest) = if self.take(TokenKind::Open).is_some() {
            self.elements(TokenKind::Close)?
        } else {
            let right = self.node(Strength::Equality)?;
            let levels = right.levels;
            if let ExprKind::List(choices) = right.expr.kind {
                (choices, levels)
            } else {
                self.note(PartiqlError::UnsupportedOperation("InCollection"));
                (Vec::new(), 0)
            }
        };
        let levels = left.levels.max(deepest);
        let kind = ExprKind::In(Box::new(left.expr), choices);
        negated(Node::over(levels, kind, span)?, sense)
    }

    /// Reads the name of a type, and the length or precision that may follow.
    fn type_name(&mut self) -> Result<TypeName, PartiqlError> {
        let refusal = PartiqlError::Malformed(Malformation::TypeName);
        let token = self.advance();
        if matches!(token.kind, TokenKind::QuotedName | TokenKind::Text) {
            return Err(refusal);
        }
        let word = self.slice(&token);
        let next = self.current();
        let next_word = self.slice(&next);
        let name = if word.eq_ignore_ascii_case("double")
            && next_word.eq_ignore_ascii_case("precision")
        {
            self.advance();
            Some(TypeName::Number)
        } else {
            if word.eq_ignore_ascii_case("character") && next_word.eq_ignore_ascii_case("varying") {
                self.advance();
            }
            TypeName::from_word(word)
        };
        let name = name.ok_or(refusal)?;
        if self.take(TokenKind::Open).is_some() {
            self.expect(TokenKind::Number)?;
            if self.take(TokenKind::Comma).is_some() {
                self.expect(TokenKind::Number)?;
            }
            self.expect(TokenKind::Close)?;
        }
        Ok(name)
    }
}

/// `NOT operand`, when the operator says so.
fn negated(operand: Node, sense: Sense) -> Result<Node, PartiqlError> {
    match sense {
        Sense::Plain => Ok(operand),
        Sense::Negated => {
            let span = operand.expr.span;
            Node::over(operand.levels, ExprKind::Not(Box::new(operand.expr)), span)
        }
    }
}

/// What joins the parts of a flat chain.
#[derive(Clone, Copy)]
enum Chain {
    And,
    Or,
}

/// Joins two expressions, either of which may be a chain of the same kind already.
fn chain(chain: Chain, left: Node, right: Node, span: Span) -> Result<Node, PartiqlError> {
    let mut levels = 0;
    let mut parts = Vec::new();
    for node in [left, right] {
        match (chain, node.expr.kind) {
            (Chain::And, ExprKind::And(inner)) | (Chain::Or, ExprKind::Or(inner)) => {
                levels = levels.max(node.levels - 1);
                if parts.is_empty() {
                    parts = inner;
                } else {
                    parts.extend(inner);
                }
            }
            (_, kind) => {
                levels = levels.max(node.levels);
                let span = node.expr.span;
                parts.push(Expr { kind, span });
            }
        }
    }
    let kind = match chain {
        Chain::And => ExprKind::And(parts),
        Chain::Or => ExprKind::Or(parts),
    };
    Node::over(levels, kind, span)
}
