//! Which local day's digest was last dealt with, so that each day has one at most,
//! whatever is started again.

use jiff::Timestamp;
use jiff::civil::Date;

use super::App;
use super::notice::{self, Notice};
use crate::store::record::{decode, encode};
use crate::store::records::Meta;
use crate::store::{Batch, Space, StoreError, Value, keys, read};

/// Name of the fact that holds the day.
const KEY: &str = "digest";

/// A local day whose digest nobody has dealt with.
#[derive(Clone, Debug)]
pub struct Untold {
    day: Date,
    before: Option<Value>,
}

/// This day, unless its digest was dealt with.
pub async fn untold(app: &App, day: Date) -> Result<Option<Untold>, StoreError> {
    let before = read(&app.store, |store| store.get(Space::Core, &keys::meta(KEY))).await?;
    let last = match &before {
        Some(value) => decode::<Meta>(value)?.text,
        None => None,
    };
    let last: Option<Date> = last.and_then(|text| text.parse().ok());
    // A clock that is set back over midnight brings no second one. A day that lies
    // further ahead was noted by a clock that was wrong.
    let is_told =
        last.is_some_and(|last| last == day || day.tomorrow().is_ok_and(|next| next == last));
    Ok((!is_told).then_some(Untold { day, before }))
}

/// Notes that the day is dealt with, and queues its notice for each channel in the same
/// batch; without a notice, nobody needs anybody. False if somebody else was first.
pub async fn tell(
    app: &App,
    untold: Untold,
    told: Option<&Notice>,
    channels: &[&str],
    now: Timestamp,
) -> Result<bool, StoreError> {
    let mut batch = Batch::default();
    let key = keys::meta(KEY);
    match untold.before {
        Some(before) => batch.equals(Space::Core, key.clone(), before),
        None => batch.absent(Space::Core, key.clone()),
    };
    let meta = Meta {
        number: 0,
        text: Some(untold.day.to_string()),
    };
    batch.put(Space::Core, key, encode(&meta));
    for channel in channels {
        if let Some(notice) = told {
            notice::queue(&mut batch, channel, notice, now);
        }
    }
    match app.store.commit(batch).await {
        Ok(()) => Ok(true),
        Err(StoreError::Conflict) => Ok(false),
        Err(error) => Err(error),
    }
}
