//! Where homes are, as far as a technician's round needs it: building and staircase.

use std::collections::BTreeMap;
use std::sync::Arc;

use declic_common::programme::{Building, Household, Noun};

use super::register::blocking;
use super::{By, RegisterError, reach, row};
use crate::app::App;

/// Where a household lives.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Whereabouts {
    /// Code of the building, which sorts the round.
    pub building: String,
    /// As people call it.
    pub name: String,
    pub address: Option<String>,
    pub staircase: Option<String>,
}

/// The building of each household within reach, by its code. Who has none written is not there.
pub async fn places(
    app: &Arc<App>,
    by: &By,
) -> Result<BTreeMap<String, Whereabouts>, RegisterError> {
    let (app, by) = (Arc::clone(app), by.clone());
    blocking(move || {
        let store = app.store.as_ref();
        let mut places = BTreeMap::new();
        for programme in row::programmes(store)? {
            if !reach::sees_programme(store, &by.reach, &programme.code)? {
                continue;
            }
            let buildings = row::all(store, Building::SHEET, &programme.code)?;
            let buildings: BTreeMap<String, Building> = buildings
                .iter()
                .filter_map(|row| Some((row.code.clone(), row.read()?)))
                .collect();
            let sheet = Household::SHEET;
            for row in row::all(store, sheet, &programme.code)? {
                let of = (sheet, programme.code.as_str());
                let home = row.read::<Household>();
                let Some((home, code)) = home.and_then(|home| {
                    let code = home.building.clone()?;
                    Some((home, code))
                }) else {
                    continue;
                };
                if !reach::admits(store, &by.reach, of, &row.body)? {
                    continue;
                }
                let building = buildings.get(&code).cloned().unwrap_or_default();
                let place = Whereabouts {
                    name: match building.name {
                        Some(name) => name,
                        None => code.clone(),
                    },
                    building: code,
                    address: building.address,
                    staircase: home.staircase,
                };
                places.insert(home.code, place);
            }
        }
        Ok(places)
    })
    .await
}
