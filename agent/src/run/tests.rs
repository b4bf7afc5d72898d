use std::future::pending;
use std::sync::Mutex;
use std::time::Duration;

use declic_common::inventory::Inventory;
use declic_common::report::HealthReport;
use declic_common::socket::{AgentStatus, Answer, Ask};

use super::*;
use crate::probe::{Climb, Clocks, SlowJob, Targets};
use crate::simulate::Home;
use crate::testing::enrol_nowhere;

/// A home behind a box that never answers: a climb has no end there.
struct Silent(Home);

impl Probe for Silent {
    fn clocks(&mut self) -> Clocks {
        self.0.clocks()
    }
    fn sample(&mut self) -> bool {
        self.0.sample()
    }
    fn readings(&mut self, usage: bool) -> HealthReport {
        self.0.readings(usage)
    }
    fn slow(&mut self) -> SlowJob {
        self.0.slow()
    }
    fn inventory(&mut self) -> Inventory {
        self.0.inventory()
    }
    fn climb(&mut self, _: Targets) -> Climb {
        Box::pin(pending())
    }
    fn going_down(&mut self) -> bool {
        false
    }
}

async fn status(state_dir: &Path) -> Option<AgentStatus> {
    let dir = state_dir.to_owned();
    let answer = tokio::task::spawn_blocking(move || socket::ask(&dir, &Ask::Status)).await;
    match answer.ok()?.ok()? {
        Answer::Status(status) => Some(status),
        _ => None,
    }
}

/// Asks until the agent's answer satisfies.
async fn until_it_says(state_dir: &Path, satisfied: impl Fn(&AgentStatus) -> bool) -> AgentStatus {
    let asking = async {
        loop {
            if let Some(said) = status(state_dir).await.filter(&satisfied) {
                return said;
            }
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(30), asking)
        .await
        .expect("an answer in time")
}

#[tokio::test]
async fn behind_a_box_that_never_answers_reports_are_on_time_and_the_household_is_heard() {
    let dir = tempfile::tempdir().unwrap();
    enrol_nowhere(dir.path());
    let options = Options {
        state_dir: dir.path().to_owned(),
        interval: Some(Duration::from_millis(100)),
        speed: 1,
        socket: true,
        synced: true,
    };
    let (stop, signals) = mpsc::channel(1);
    let agent = tokio::spawn(run(options, Box::new(Silent(Home::new(3, 1))), signals));
    let before = until_it_says(dir.path(), |said| said.waiting > 0).await;
    let began = std::time::Instant::now();
    until_it_says(dir.path(), |said| said.waiting >= before.waiting + 10).await;
    // Ten reports of a climb each would be ten times its longest.
    assert!(began.elapsed() < CLIMB_PATIENCE, "{:?}", began.elapsed());
    stop.send(Signal::Stop).await.unwrap();
    assert_eq!(agent.await.unwrap().unwrap(), Ended::Stopped);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Clocks,
    Sample,
    Readings,
}

/// A home that notes what it is asked, and when, and tells that it did.
struct Noting(Home, Arc<Mutex<Vec<(Asked, Instant)>>>, Arc<Notify>);

impl Noting {
    fn note(&self, asked: Asked) {
        self.1.lock().unwrap().push((asked, Instant::now()));
        self.2.notify_one();
    }
}

impl Probe for Noting {
    fn clocks(&mut self) -> Clocks {
        self.note(Asked::Clocks);
        self.0.clocks()
    }
    fn sample(&mut self) -> bool {
        self.note(Asked::Sample);
        self.0.sample()
    }
    fn readings(&mut self, usage: bool) -> HealthReport {
        self.note(Asked::Readings);
        self.0.readings(usage)
    }
    fn slow(&mut self) -> SlowJob {
        self.0.slow()
    }
    fn inventory(&mut self) -> Inventory {
        self.0.inventory()
    }
    fn climb(&mut self, targets: Targets) -> Climb {
        self.0.climb(targets)
    }
    fn going_down(&mut self) -> bool {
        false
    }
}

#[tokio::test]
async fn a_report_and_a_sample_fall_together_and_a_sample_looks_at_the_clocks_once() {
    let dir = tempfile::tempdir().unwrap();
    enrol_nowhere(dir.path());
    let interval = Duration::from_secs(2);
    let options = Options {
        state_dir: dir.path().to_owned(),
        interval: Some(interval),
        speed: 1,
        socket: false,
        synced: false,
    };
    let notes = Arc::new(Mutex::new(Vec::new()));
    let (stop, signals) = mpsc::channel(1);
    let noted = Arc::new(Notify::new());
    let home = Noting(Home::new(3, 1), Arc::clone(&notes), Arc::clone(&noted));
    let agent = tokio::spawn(run(options, Box::new(home), signals));
    let reports = || {
        let notes = notes.lock().unwrap();
        notes.iter().filter(|(a, _)| *a == Asked::Readings).count()
    };
    let three = async {
        while reports() < 3 {
            noted.notified().await;
        }
    };
    timeout(Duration::from_secs(30), three)
        .await
        .expect("reports in time");
    stop.send(Signal::Stop).await.unwrap();
    agent.await.unwrap().unwrap();

    let notes = notes.lock().unwrap();
    let places = |what: Asked| {
        let all = notes.iter().enumerate();
        let places = all.filter_map(|(n, (asked, _))| (*asked == what).then_some(n));
        places.collect::<Vec<usize>>()
    };
    let report = places(Asked::Readings)[1];
    let mut samples = places(Asked::Sample);
    samples.retain(|sample| *sample > report);
    let apart = notes[samples[0]].1 - notes[report].1;
    assert!(apart < interval / 8, "{apart:?}");
    let between = samples
        .windows(2)
        .map(|pair| &notes[pair[0]..pair[1]])
        .map(|notes| {
            notes
                .iter()
                .map(|(asked, _)| *asked)
                .collect::<Vec<Asked>>()
        })
        .filter(|asked| !asked.contains(&Asked::Readings))
        .collect::<Vec<_>>();
    assert!(between.len() >= 2, "{notes:?}");
    assert!(
        between
            .iter()
            .all(|asked| *asked == [Asked::Sample, Asked::Clocks]),
        "{between:?}"
    );
}
