//! What was measured: each quantity of us and of those who did the same work, turn by turn.

use serde_json::{Value, json};

/// The name under which our own figures stand.
pub(crate) const OURS: &str = "declic";

/// The figures of one bench.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) bench: &'static str,
    pub(crate) rows: Vec<Row>,
}

/// One quantity.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) what: &'static str,
    pub(crate) unit: &'static str,
    /// In the order in which they were first heard of.
    pub(crate) cells: Vec<(&'static str, Turns)>,
}

/// What one of them came to, one value for each turn; never empty.
#[derive(Clone, Debug, Default)]
pub(crate) struct Turns(Vec<f64>);

/// Which of two values is the better one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Better {
    Less,
    More,
    /// It tells how much was done, not how well.
    Neither,
}

impl Table {
    pub(crate) fn new(bench: &'static str) -> Self {
        Table {
            bench,
            rows: Vec::new(),
        }
    }

    /// Notes one value of one turn.
    pub(crate) fn note(
        &mut self,
        who: &'static str,
        what: &'static str,
        unit: &'static str,
        value: f64,
    ) {
        let row = match self.rows.iter().position(|row| row.what == what) {
            Some(at) => &mut self.rows[at],
            None => {
                self.rows.push(Row {
                    what,
                    unit,
                    cells: Vec::new(),
                });
                self.rows.last_mut().expect("just pushed")
            }
        };
        match row.cells.iter_mut().find(|(name, _)| *name == who) {
            Some((_, turns)) => turns.0.push(value),
            None => row.cells.push((who, Turns(vec![value]))),
        }
    }

    /// The same of us.
    pub(crate) fn ours(&mut self, what: &'static str, unit: &'static str, value: f64) {
        self.note(OURS, what, unit, value);
    }
}

impl Row {
    pub(crate) fn ours(&self) -> Option<&Turns> {
        self.cells
            .iter()
            .find(|(who, _)| *who == OURS)
            .map(|(_, turns)| turns)
    }

    pub(crate) fn peers(&self) -> impl Iterator<Item = (&'static str, &Turns)> {
        let others = self.cells.iter().filter(|(who, _)| *who != OURS);
        others.map(|(who, turns)| (*who, turns))
    }

    pub(crate) fn better(&self) -> Better {
        match self.unit {
            "1/s" => Better::More,
            "values" | "reports" | "samples" | "points" | "homes" | "packets" => Better::Neither,
            _ => Better::Less,
        }
    }

    /// Peers whose median is better than ours.
    pub(crate) fn ahead(&self) -> Vec<&'static str> {
        let Some(ours) = self.ours().map(Turns::median) else {
            return Vec::new();
        };
        let is_ahead = |theirs: f64| match self.better() {
            Better::Less => theirs < ours,
            Better::More => theirs > ours,
            Better::Neither => false,
        };
        let peers = self.peers().filter(|(_, turns)| is_ahead(turns.median()));
        peers.map(|(who, _)| who).collect()
    }

    /// One object for each peer, or one without.
    pub(crate) fn json(&self, bench: &str) -> Vec<Value> {
        let ours = self.ours().map(Turns::median);
        let object = |peer: Option<&str>, theirs: Option<f64>| {
            let ratio = ours.zip(theirs).map(|(ours, theirs)| ours / theirs);
            json!({
                "bench": bench, "what": self.what, "unit": self.unit, "ours": ours,
                "peer": peer, "theirs": theirs, "ratio": ratio,
            })
        };
        let peers: Vec<Value> = self
            .peers()
            .map(|(who, turns)| object(Some(who), Some(turns.median())))
            .collect();
        match peers.is_empty() {
            true => vec![object(None, None)],
            false => peers,
        }
    }
}

impl Turns {
    pub(crate) fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let half = sorted.len() / 2;
        match sorted.len() % 2 {
            1 => sorted[half],
            _ => (sorted[half - 1] + sorted[half]) / 2.0,
        }
    }

    /// The least and the greatest, where there were several turns.
    pub(crate) fn spread(&self) -> Option<(f64, f64)> {
        let least = self.0.iter().copied().reduce(f64::min)?;
        let greatest = self.0.iter().copied().reduce(f64::max)?;
        (self.0.len() > 1).then_some((least, greatest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_the_median_of_its_turns_with_a_ratio_to_each_peer() {
        let mut table = Table::new("agent");
        for (ours, theirs) in [(9.0, 4.0), (3.0, 2.0), (4.0, 8.0)] {
            table.ours("CPU per report", "ms", ours);
            table.note("collectd", "CPU per report", "ms", theirs);
        }
        let row = &table.rows[0];
        assert_eq!(
            row.json("agent"),
            [json!({
                "bench": "agent", "what": "CPU per report", "unit": "ms", "ours": 4.0,
                "peer": "collectd", "theirs": 4.0, "ratio": 1.0,
            })]
        );
        assert_eq!(row.ours().unwrap().spread(), Some((3.0, 9.0)));
    }

    #[test]
    fn a_peer_that_is_ahead_is_named() {
        let mut table = Table::new("ingest");
        table.ours("CPU", "us", 5.0);
        table.note("mosquitto", "CPU", "us", 4.0);
        table.ours("stored", "1/s", 5.0);
        table.note("postgresql", "stored", "1/s", 4.0);
        table.ours("sent", "reports", 5.0);
        table.note("postgresql", "sent", "reports", 4.0);
        let ahead: Vec<_> = table.rows.iter().map(Row::ahead).collect();
        assert_eq!(ahead, [vec!["mosquitto"], vec![], vec![]]);
    }
}
