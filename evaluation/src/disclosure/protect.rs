//! Chooses what else to leave out, as little as possible.

use microlp::{ComparisonOp, OptimizationDirection, Problem, Variable};

use super::attack::{bounds, covers, needed};
use super::system::{Shown, System};

/// Leaves out small cells and what is needed beside them.
pub(super) fn protect(system: &mut System, k: u32) {
    system.mark_small(k);
    for group in system.groups() {
        let small: Vec<usize> = group
            .iter()
            .copied()
            .filter(|at| system.cells[*at].small)
            .collect();
        if small.is_empty() {
            continue;
        }
        // The hardest first: what hides a large need often hides the others too.
        let mut order = small.clone();
        order.sort_by(|a, b| system.cells[*a].value.total_cmp(&system.cells[*b].value));
        for cell in order {
            cover(system, &group, cell, k);
        }
        put_back(system, &group, &small, k);
        show_determined(system, &group);
    }
}

/// Leaves out the least telling cells that let this one be any value it must.
fn cover(system: &mut System, group: &[usize], cell: usize, k: u32) {
    let value = system.cells[cell].value;
    let needed = needed(value, k);
    if covers(bounds(system, cell), needed) {
        return;
    }
    for distance in [needed.high - value, needed.low - value] {
        if distance.abs() < 1e-9 {
            continue;
        }
        match path(system, group, cell, distance) {
            Some(cells) => hide(system, &cells),
            // No way that the solver sees: all that could tell goes.
            None => hide(system, group),
        }
    }
}

fn hide(system: &mut System, cells: &[usize]) {
    for at in cells {
        let cell = &mut system.cells[*at];
        if cell.shown == Shown::Yes {
            cell.shown = Shown::Beside;
        }
    }
}

/// Shown cells that must move, at the least cost, for `cell` to move by `distance`.
fn path(system: &System, group: &[usize], cell: usize, distance: f64) -> Option<Vec<usize>> {
    let mut problem = Problem::new(OptimizationDirection::Minimize);
    let mut moves: Vec<(usize, Variable, Variable)> = Vec::new();
    for at in group {
        let one = &system.cells[*at];
        let cost = if one.shown == Shown::Yes {
            one.weight + 0.01
        } else {
            0.0
        };
        let (up, down) = if *at == cell {
            let fixed = |length: f64| (length, length);
            (fixed(distance.max(0.0)), fixed((-distance).max(0.0)))
        } else {
            ((0.0, f64::INFINITY), (0.0, one.value))
        };
        // An open cell may go down to zero; its cost is the same either way.
        let up = problem.add_var(cost, up);
        let down = problem.add_var(cost, down);
        moves.push((*at, up, down));
    }
    let of = |at: usize| moves.iter().find(|(one, _, _)| *one == at);
    for (total, parts) in system
        .sums
        .iter()
        .filter(|(total, _)| group.contains(total))
    {
        let mut terms = Vec::new();
        for (at, sign) in parts
            .iter()
            .map(|part| (*part, 1.0))
            .chain([(*total, -1.0)])
        {
            let (_, up, down) = of(at)?;
            terms.push((*up, sign));
            terms.push((*down, -sign));
        }
        problem.add_constraint(terms, ComparisonOp::Eq, 0.0);
    }
    let solved = problem.solve().ok()?.into_solution().ok()?;
    let moved = moves
        .iter()
        .filter(|(_, up, down)| (solved.var_value(*up) - solved.var_value(*down)).abs() > 1e-6);
    Some(moved.map(|(at, _, _)| *at).collect())
}

/// Shows again what was left out needlessly, the most telling first.
fn put_back(system: &mut System, group: &[usize], small: &[usize], k: u32) {
    let mut beside: Vec<usize> = left_beside(system, group);
    beside.sort_by(|a, b| system.cells[*b].weight.total_cmp(&system.cells[*a].weight));
    for at in beside {
        // Only what moves together with it can be told by it.
        let (around, _) = system.around(at);
        system.cells[at].shown = Shown::Yes;
        let safe =
            |cell: &usize| covers(bounds(system, *cell), needed(system.cells[*cell].value, k));
        if !small.iter().filter(|cell| around.contains(cell)).all(safe) {
            system.cells[at].shown = Shown::Beside;
        }
    }
}

/// What can be worked out anyway hides nothing: it is shown.
fn show_determined(system: &mut System, group: &[usize]) {
    for at in left_beside(system, group) {
        let bounds = bounds(system, at);
        if bounds.high - bounds.low < 1e-6 {
            system.cells[at].shown = Shown::Yes;
        }
    }
}

fn left_beside(system: &System, group: &[usize]) -> Vec<usize> {
    group
        .iter()
        .copied()
        .filter(|at| system.cells[*at].shown == Shown::Beside)
        .collect()
}
