//! A household's pause, in the controller's time: no reports come, and that is no alarm.

use declic_common::journal::{Event, EventKind, Journal};

/// What a journal says of pauses last. Times are ms UTC, controller clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    pub at: i64,
    /// When the pause ends; `None` when the household ended it.
    pub until: Option<i64>,
}

/// The newest pause of a journal of this boot, dated like the journal itself: the
/// device clock only tells how long the pause is.
pub fn told(journal: &Journal, boot: u32, dated_at: i64, uptime_ms: u64) -> Option<Told> {
    let events = journal.events.as_deref()?;
    let pause = events
        .iter()
        .rfind(|event| event.kind == Some(EventKind::Pause))?;
    let before_ms = match pause {
        Event {
            boot: Some(same),
            uptime_ms: Some(at),
            ..
        } if *same == boot => uptime_ms.saturating_sub(*at),
        _ => 0,
    };
    let at = dated_at.saturating_sub_unsigned(before_ms);
    let length_ms = pause
        .until
        .zip(pause.at)
        .map(|(until, at)| until.saturating_sub(at));
    Some(Told {
        at,
        until: length_ms.map(|ms| at.saturating_add(ms)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const Y2005: i64 = 1_104_537_600_000;
    const HOUR: i64 = 3_600_000;

    fn journal(json: &str) -> Journal {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_pause_is_as_long_as_it_was_asked_for_whatever_the_clock_of_the_pc_says() {
        let until = Y2005 + HOUR;
        let journal = journal(&format!(
            r#"{{"events":[{{"kind":"pause","boot":3,"uptime_ms":5000,"at":{Y2005},"until":{until}}},
                          {{"kind":"link_down","boot":3,"uptime_ms":6000}}]}}"#
        ));
        let told = told(&journal, 3, 1_000_000, 9_000).unwrap();
        assert_eq!((told.at, told.until), (996_000, Some(996_000 + HOUR)));
    }

    #[test]
    fn the_last_word_of_a_journal_counts() {
        let journal = journal(
            r#"{"events":[{"kind":"pause","boot":3,"uptime_ms":1,"at":1,"until":900},
                          {"kind":"pause","boot":3,"uptime_ms":2,"at":2}]}"#,
        );
        assert_eq!(told(&journal, 3, 50, 2).unwrap().until, None);
        assert_eq!(told(&Journal::default(), 3, 50, 2), None);
    }
}
