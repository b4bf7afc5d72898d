use std::future::pending;
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
