//! All counts that are published together, and every way in which they add up.

use std::collections::HashMap;

use crate::indicators::{Answer, Count, Figure};

/// Whether readers see a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    Yes,
    /// Left out because it describes too few households.
    Small,
    /// Left out because a small one could be worked out from it.
    Beside,
    /// Never published: it stands in a sum alone.
    Never,
}

#[derive(Clone, Debug)]
pub struct Cell {
    pub name: String,
    pub value: f64,
    pub homes: Option<u64>,
    /// How many published numbers would go with it, totals counted more.
    pub weight: f64,
    pub shown: Shown,
    /// Describes from 1 to k − 1 households.
    pub small: bool,
}

/// The cells of a publication and their sums: `total` = parts.
#[derive(Clone, Debug, Default)]
pub struct System {
    pub cells: Vec<Cell>,
    pub sums: Vec<(usize, Vec<usize>)>,
    at: HashMap<String, usize>,
    /// The sums in which each cell stands.
    of: Vec<Vec<usize>>,
}

impl System {
    /// Adds the counts of an answer; `scope` keeps those of a site apart.
    pub fn add(&mut self, answer: &Answer, scope: &str) {
        for figure in &answer.figures {
            let weight = if figure.dimension.is_empty() {
                5.0
            } else {
                1.0
            };
            for count in counts(figure) {
                let cell = self.cell(count, scope);
                self.cells[cell].weight += weight;
                self.cells[cell].shown = Shown::Yes;
            }
            if let (Some(all), Some(some), Some(rest)) =
                (&figure.denominator, &figure.numerator, &figure.rest)
            {
                self.sum(all, &[some.clone(), rest.clone()], scope);
            }
        }
        for sum in &answer.sums {
            self.sum(&sum.total, &sum.parts, scope);
        }
    }

    fn sum(&mut self, total: &Count, parts: &[Count], scope: &str) {
        let total = self.cell(total, scope);
        let mut parts: Vec<usize> = parts.iter().map(|part| self.cell(part, scope)).collect();
        parts.sort_unstable();
        if !self.sums.contains(&(total, parts.clone())) {
            self.push(total, parts);
        }
    }

    fn push(&mut self, total: usize, parts: Vec<usize>) {
        for at in parts.iter().chain([&total]) {
            self.of[*at].push(self.sums.len());
        }
        self.sums.push((total, parts));
    }

    /// The hidden cells that can move together with one, and the sums that bind them: what else
    /// is hidden has no influence on it.
    pub fn around(&self, cell: usize) -> (Vec<usize>, Vec<usize>) {
        let (mut cells, mut sums) = (vec![cell], Vec::new());
        let mut next = 0;
        while let Some(at) = cells.get(next).copied() {
            next += 1;
            for sum in &self.of[at] {
                if sums.contains(sum) {
                    continue;
                }
                sums.push(*sum);
                let (total, parts) = &self.sums[*sum];
                for member in parts.iter().chain([total]) {
                    if self.cells[*member].shown != Shown::Yes && !cells.contains(member) {
                        cells.push(*member);
                    }
                }
            }
        }
        (cells, sums)
    }

    /// Cells of the whole that are the sum of those of its scopes.
    pub fn join(&mut self, scopes: &[String]) {
        let whole: Vec<usize> = (0..self.cells.len())
            .filter(|at| !self.cells[*at].name.starts_with('@'))
            .collect();
        for total in whole {
            let name = &self.cells[total].name;
            let find = |scope: &String| self.at.get(&format!("@{scope}/{name}")).copied();
            let Some(parts) = scopes.iter().map(find).collect::<Option<Vec<usize>>>() else {
                continue;
            };
            let sum: f64 = parts.iter().map(|part| self.cells[*part].value).sum();
            if (sum - self.cells[total].value).abs() < 1e-6 {
                self.push(total, parts);
            }
        }
    }

    fn cell(&mut self, count: &Count, scope: &str) -> usize {
        let name = named(&count.name, scope);
        if let Some(at) = self.at.get(&name) {
            return *at;
        }
        let at = self.cells.len();
        self.at.insert(name.clone(), at);
        self.of.push(Vec::new());
        self.cells.push(Cell {
            name,
            value: count.value,
            homes: count.homes,
            weight: 0.0,
            shown: Shown::Never,
            small: false,
        });
        at
    }

    /// Leaves out what describes fewer than `k` households.
    pub fn mark_small(&mut self, k: u32) {
        for cell in &mut self.cells {
            cell.small = cell
                .homes
                .is_some_and(|homes| (1..u64::from(k)).contains(&homes));
            if cell.small && cell.shown == Shown::Yes {
                cell.shown = Shown::Small;
            }
        }
    }

    /// Whether readers see the count of this name; true for what is in no system.
    pub fn shows(&self, count: &Count, scope: &str) -> bool {
        let at = self.at.get(&named(&count.name, scope));
        at.is_none_or(|at| self.cells[*at].shown == Shown::Yes)
    }

    /// Groups of cells that have no sum in common.
    pub fn groups(&self) -> Vec<Vec<usize>> {
        let mut root: Vec<usize> = (0..self.cells.len()).collect();
        fn find(root: &mut [usize], mut at: usize) -> usize {
            while root[at] != at {
                root[at] = root[root[at]];
                at = root[at];
            }
            at
        }
        for (total, parts) in &self.sums {
            for part in parts {
                let (a, b) = (find(&mut root, *total), find(&mut root, *part));
                root[a] = b;
            }
        }
        let mut groups: HashMap<usize, Vec<usize>> = HashMap::new();
        for at in 0..self.cells.len() {
            groups.entry(find(&mut root, at)).or_default().push(at);
        }
        let mut groups: Vec<Vec<usize>> = groups.into_values().collect();
        groups.sort();
        groups
    }

    /// Sums that do not add up; none in what indicators answer.
    pub fn wrong_sums(&self) -> Vec<String> {
        let wrong = |(total, parts): &&(usize, Vec<usize>)| {
            let sum: f64 = parts.iter().map(|part| self.cells[*part].value).sum();
            (sum - self.cells[*total].value).abs() > 1e-6
        };
        let names = self
            .sums
            .iter()
            .filter(wrong)
            .map(|(total, _)| &self.cells[*total].name);
        names.cloned().collect()
    }
}

fn named(name: &str, scope: &str) -> String {
    if scope.is_empty() {
        name.to_owned()
    } else {
        format!("@{scope}/{name}")
    }
}

fn counts(figure: &Figure) -> impl Iterator<Item = &Count> {
    [&figure.numerator, &figure.denominator, &figure.missing]
        .into_iter()
        .flatten()
}
