//! The interfaces of this PC from one look to the next: what they are is asked once, whether
//! they are up each time.

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};

use declic_common::report::{Link, LinkKind};

use super::Answers;
use super::files::Files;
use super::link::{self, DefaultRoute, INTERFACES, Interface, TABLES};

/// Looks between two searches: an interface that comes meanwhile is seen by its default route.
const LOOKS: u32 = 30;

/// What the last search found, and how the links were at the last look.
#[derive(Debug, Default)]
pub(super) struct Links {
    last: Option<u64>,
    known: Vec<Known>,
    /// The kernel says what interfaces there are.
    told: bool,
    /// What the kernel's tables of routes said, and the default routes among it.
    tables: [Vec<u8>; 2],
    routes: Vec<DefaultRoute>,
    looks: u32,
}

/// An interface, but the loopback.
#[derive(Debug)]
struct Known {
    name: String,
    physical: bool,
    /// The file that tells whether it is up.
    state: Option<File>,
    /// Asked for once it is up, as it takes six files.
    kind: Option<LinkKind>,
}

impl Links {
    /// Whether a link with hardware of its own went up or down, or the default route moved,
    /// since the last call. The first call only learns.
    pub(super) fn changed(&mut self, files: &mut Files) -> bool {
        if self.looks == 0 {
            self.search(files);
        }
        self.looks = (self.looks + 1) % LOOKS;
        self.find_routes(files);
        let mut hasher = DefaultHasher::new();
        for Known { name, state, .. } in self.known.iter_mut().filter(|known| known.physical) {
            name.hash(&mut hasher);
            let path = format!("{INTERFACES}/{name}/operstate");
            files.word_again(state, path).hash(&mut hasher);
        }
        for route in &self.routes {
            // The metric moves with the quality of a radio link; the way does not.
            (&route.interface, route.gateway).hash(&mut hasher);
        }
        let now = hasher.finish();
        self.last.replace(now).is_some_and(|last| last != now)
    }

    /// The link for a report; absent if the kernel does not say.
    pub(super) fn read(&mut self, files: &mut Files) -> Option<Link> {
        self.find_routes(files);
        let mut up = Vec::new();
        for known in &mut self.known {
            if !link::is_up(files, &known.name, &mut known.state) {
                continue;
            }
            let interface = Interface {
                name: known.name.clone(),
                physical: known.physical,
                up: true,
            };
            let kind = known
                .kind
                .get_or_insert_with(|| link::kind(files, &interface));
            up.push((interface, *kind));
        }
        self.told.then(|| link::read(files, &up, &self.routes))
    }

    /// Finds the default routes; an interface of one that is not known yet is searched for.
    fn find_routes(&mut self, files: &mut Files) {
        let mut moved = false;
        for (table, before) in TABLES.into_iter().zip(&mut self.tables) {
            let now = files.bytes(table).unwrap_or_default();
            if now != before {
                now.clone_into(before);
                moved = true;
            }
        }
        // To read a table costs more than to see that it is the same.
        if moved {
            self.routes = link::routes_in(&self.tables);
        }
        let is_known = |route: &DefaultRoute| {
            let mut names = self.known.iter().map(|known| &known.name);
            names.any(|name| *name == route.interface)
        };
        if files.sources.answers == Answers::Files || !self.routes.iter().all(is_known) {
            self.search(files);
        }
    }

    /// Finds all interfaces anew; what each is will be asked again.
    fn search(&mut self, files: &Files) {
        let names = files.names(INTERFACES);
        self.told = !names.is_empty();
        let mut before = std::mem::take(&mut self.known);
        for name in names.into_iter().filter(|name| name != "lo") {
            let known = before.iter_mut().find(|known| known.name == name);
            self.known.push(Known {
                physical: files.exists(format!("{INTERFACES}/{name}/device")),
                state: known.and_then(|known| known.state.take()),
                kind: None,
                name,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::probe::Sources;

    fn card(root: &Path, name: &str, state: &str) {
        let folder = root.join(INTERFACES).join(name);
        fs::create_dir_all(folder.join("device")).unwrap();
        fs::write(folder.join("operstate"), state).unwrap();
        fs::write(folder.join("type"), "1\n").unwrap();
    }

    fn way_out(root: &Path, name: &str) {
        let head = "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT";
        let route = format!("{name} 00000000 0101A8C0 0003 0 0 100 00000000 0 0 0");
        fs::create_dir_all(root.join("proc/net")).unwrap();
        fs::write(root.join(TABLES[0]), format!("{head}\n{route}\n")).unwrap();
    }

    #[test]
    fn a_card_that_comes_between_two_searches_is_seen_by_its_route() {
        let dir = tempfile::TempDir::new().unwrap();
        let root = dir.path();
        card(root, "eth0", "up\n");
        way_out(root, "eth0");
        let mut files = Files::new(Sources {
            root: root.to_owned(),
            ..Sources::machine("/nowhere")
        });
        let mut links = Links::default();
        let kind = |links: &mut Links, files: &mut Files| links.read(files).unwrap().kind;
        assert!(!links.changed(&mut files));
        assert_eq!(kind(&mut links, &mut files), Some(LinkKind::Ethernet));

        card(root, "wlan0", "up\n");
        fs::create_dir(root.join(INTERFACES).join("wlan0/wireless")).unwrap();
        assert!(!links.changed(&mut files), "it carries nothing yet");
        way_out(root, "wlan0");
        assert!(links.changed(&mut files));
        assert_eq!(kind(&mut links, &mut files), Some(LinkKind::Wifi));

        // The file that tells stays open, and tells what is true now.
        card(root, "wlan0", "down\n");
        assert!(links.changed(&mut files));
        assert_eq!(kind(&mut links, &mut files), Some(LinkKind::Ethernet));
    }

    #[test]
    fn a_card_without_a_route_is_found_by_the_next_search() {
        let dir = tempfile::TempDir::new().unwrap();
        let root = dir.path();
        card(root, "eth0", "down\n");
        let mut files = Files::new(Sources {
            root: root.to_owned(),
            ..Sources::machine("/nowhere")
        });
        let mut links = Links::default();
        links.changed(&mut files);
        card(root, "eth1", "up\n");
        let looks = (1..=LOOKS).find(|_| links.changed(&mut files));
        assert_eq!(looks, Some(LOOKS));
        let link = links.read(&mut files).unwrap();
        assert_eq!(link.kind, Some(LinkKind::Ethernet));
    }
}
