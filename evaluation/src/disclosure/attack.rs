//! The attacker: reads everything published and bounds what was left out.

use std::collections::HashMap;

use microlp::{ComparisonOp, OptimizationDirection, Problem, Variable};

use super::system::{Shown, System};

/// What can be known of a cell that was left out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    pub low: f64,
    /// Infinite if nothing bounds it.
    pub high: f64,
}

/// A cell of which too much can be known.
#[derive(Clone, Debug, PartialEq)]
pub struct Leak {
    pub cell: String,
    pub bounds: Bounds,
}

/// What must stay possible of a small cell: every value from 1 to k − 1, and its own.
pub(super) fn needed(value: f64, k: u32) -> Bounds {
    Bounds {
        low: value.min(1.0),
        high: value.max(f64::from(k) - 1.0),
    }
}

/// Bounds each small cell from everything published. Those that are bounded more tightly than
/// [`super`] allows are leaks; so is any cell left out that can be determined.
pub fn check(system: &System, k: u32) -> Vec<Leak> {
    let mut leaks = Vec::new();
    for (at, cell) in system.cells.iter().enumerate() {
        if cell.shown == Shown::Yes || (!cell.small && cell.shown == Shown::Never) {
            continue;
        }
        let bounds = bounds(system, at);
        let leaks_it = if cell.small {
            !covers(bounds, needed(cell.value, k))
        } else {
            bounds.high - bounds.low < 1e-6
        };
        if leaks_it {
            leaks.push(Leak {
                cell: cell.name.clone(),
                bounds,
            });
        }
    }
    leaks
}

pub(super) fn covers(bounds: Bounds, needed: Bounds) -> bool {
    bounds.low <= needed.low + 1e-6 && bounds.high >= needed.high - 1e-6
}

/// The least and the greatest value of a cell that fit everything published.
pub(super) fn bounds(system: &System, cell: usize) -> Bounds {
    let value = system.cells[cell].value;
    let low = extreme(system, cell, OptimizationDirection::Minimize);
    let high = extreme(system, cell, OptimizationDirection::Maximize);
    // A solver that gives up is taken as an attacker that finds the value out.
    Bounds {
        low: value + low.unwrap_or(0.0),
        high: value + high.unwrap_or(0.0),
    }
}

/// How far one cell can move while sums hold and no cell falls below zero.
fn extreme(system: &System, cell: usize, direction: OptimizationDirection) -> Option<f64> {
    let (cells, sums) = system.around(cell);
    let mut problem = Problem::new(direction);
    let mut moves: HashMap<usize, Variable> = HashMap::new();
    for at in cells {
        let wanted = if at == cell { 1.0 } else { 0.0 };
        let least = -system.cells[at].value;
        moves.insert(at, problem.add_var(wanted, (least, f64::INFINITY)));
    }
    for sum in sums {
        let (total, parts) = &system.sums[sum];
        let signed = parts.iter().map(|part| (part, 1.0)).chain([(total, -1.0)]);
        let terms: Vec<(Variable, f64)> = signed
            .filter_map(|(at, sign)| Some((*moves.get(at)?, sign)))
            .collect();
        problem.add_constraint(terms, ComparisonOp::Eq, 0.0);
    }
    match problem.solve() {
        Ok(solved) => Some(solved.into_solution().ok()?.objective()),
        Err(microlp::Error::Unbounded) => Some(f64::INFINITY),
        Err(_) => None,
    }
}
