//! The network interfaces of the PC, and which of them carries the default route.
//!
//! Names of networks and addresses of other machines are never read, but for
//! the gateway's IP address, which stays here.

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use declic_common::report::{Link, LinkKind};

use super::Answers;
use super::files::Files;

pub(super) const INTERFACES: &str = "sys/class/net";

const ROUTE_UP: u32 = 0x1;
const ROUTE_REJECTS: u32 = 0x200;
/// `ARPHRD_ETHER` and `ARPHRD_PPP` of the kernel's `if_arp.h`.
const TYPE_ETHERNET: u32 = 1;
const TYPE_PPP: u32 = 512;

/// Drivers of telephones and of modems that look like cables.
const MOBILE_DRIVERS: &[&str] = &[
    "cdc_mbim",
    "huawei_cdc_ncm",
    "ipheth",
    "option",
    "qmi_wwan",
    "rndis_host",
    "sierra_net",
];

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Interface {
    pub(super) name: String,
    /// Has hardware of its own, unlike a bridge or a tunnel.
    pub(super) physical: bool,
    pub(super) up: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct DefaultRoute {
    pub(super) interface: String,
    /// Absent on links that have only one other end.
    pub(super) gateway: Option<IpAddr>,
    metric: u32,
}

/// Every interface but the loopback; `None` if the kernel does not say.
pub(super) fn interfaces(files: &mut Files) -> Option<Vec<Interface>> {
    let names = files.names(INTERFACES);
    if names.is_empty() {
        return None;
    }
    let others = names.into_iter().filter(|name| name != "lo");
    Some(others.map(|name| interface(files, name)).collect())
}

fn interface(files: &mut Files, name: String) -> Interface {
    let folder = format!("{INTERFACES}/{name}");
    let physical = files.exists(format!("{folder}/device"));
    let up = match files.word(format!("{folder}/operstate")) {
        Some("up") => true,
        // Modems and tunnels do not tell; their carrier does.
        Some("unknown") => files.word(format!("{folder}/carrier")) == Some("1"),
        _ => false,
    };
    Interface { name, physical, up }
}

/// What an interface is: asked of the few for which it matters, as it takes six files.
pub(super) fn kind(files: &mut Files, interface: &Interface) -> LinkKind {
    let folder = format!("{INTERFACES}/{}", interface.name);
    let hardware = files.number::<u32>(format!("{folder}/type"));
    if hardware == Some(TYPE_PPP) {
        return LinkKind::Mobile;
    }
    if files.exists(format!("{folder}/wireless")) || files.exists(format!("{folder}/phy80211")) {
        return LinkKind::Wifi;
    }
    if files
        .value(format!("{folder}/uevent"), "DEVTYPE")
        .as_deref()
        == Some("wwan")
    {
        return LinkKind::Mobile;
    }
    let driver = files.link_name(format!("{folder}/device/driver"));
    if driver.is_some_and(|driver| MOBILE_DRIVERS.contains(&driver.as_str())) {
        return LinkKind::Mobile;
    }
    if interface.physical && hardware == Some(TYPE_ETHERNET) {
        return LinkKind::Ethernet;
    }
    LinkKind::Other
}

/// The default routes, IPv4 first, best first; `None` if the kernel does not say.
pub(super) fn default_routes(files: &mut Files) -> Option<Vec<DefaultRoute>> {
    let four = files
        .lines("proc/net/route")
        .map(|lines| lines.filter_map(route4).collect::<Vec<_>>());
    let six = files
        .lines("proc/net/ipv6_route")
        .map(|lines| lines.filter_map(route6).collect::<Vec<_>>());
    if four.is_none() && six.is_none() {
        return None;
    }
    let mut routes = Vec::new();
    for mut family in [four, six].into_iter().flatten() {
        family.sort_by_key(|route| route.metric);
        routes.extend(family);
    }
    Some(routes)
}

/// A default route in a line of `/proc/net/route`; addresses are in the order of memory.
fn route4(line: &str) -> Option<DefaultRoute> {
    let mut fields = line.split_ascii_whitespace();
    let interface = fields.next()?;
    let destination = hex(fields.next()?)?;
    let gateway = hex(fields.next()?)?;
    let flags = hex(fields.next()?)?;
    let metric: u32 = fields.nth(2)?.parse().ok()?;
    let mask = hex(fields.next()?)?;
    let usable = flags & ROUTE_UP != 0 && flags & ROUTE_REJECTS == 0;
    (destination == 0 && mask == 0 && usable).then(|| DefaultRoute {
        interface: interface.to_owned(),
        gateway: (gateway != 0).then(|| Ipv4Addr::from(gateway.to_ne_bytes()).into()),
        metric,
    })
}

/// A default route in a line of `/proc/net/ipv6_route`.
fn route6(line: &str) -> Option<DefaultRoute> {
    let mut fields = line.split_ascii_whitespace();
    let destination = u128::from_str_radix(fields.next()?, 16).ok()?;
    let length = hex(fields.next()?)?;
    let gateway = u128::from_str_radix(fields.nth(2)?, 16).ok()?;
    let metric = hex(fields.next()?)?;
    let flags = hex(fields.nth(2)?)?;
    let interface = fields.next()?;
    let usable = flags & ROUTE_UP != 0 && flags & ROUTE_REJECTS == 0 && interface != "lo";
    (destination == 0 && length == 0 && usable).then(|| DefaultRoute {
        interface: interface.to_owned(),
        gateway: (gateway != 0).then(|| Ipv6Addr::from(gateway).into()),
        metric,
    })
}

fn hex(text: &str) -> Option<u32> {
    u32::from_str_radix(text, 16).ok()
}

/// The link for a report: the interface of the default route; where a tunnel
/// carries it, the best hardware that is up.
pub(super) fn read(files: &mut Files) -> Option<Link> {
    let interfaces = interfaces(files)?;
    let routes = default_routes(files).unwrap_or_default();
    let up: Vec<(Interface, LinkKind)> = interfaces
        .into_iter()
        .filter(|interface| interface.up)
        .map(|interface| {
            let what = kind(files, &interface);
            (interface, what)
        })
        .collect();
    let up = || up.iter();
    let named = |route: &DefaultRoute, interface: &Interface| interface.name == route.interface;
    let carrier = routes.iter().find_map(|route| {
        up().find(|(interface, kind)| named(route, interface) && *kind != LinkKind::Other)
    });
    let best = carrier
        .or_else(|| {
            up().filter(|(interface, _)| interface.physical)
                .min_by_key(|(_, kind)| *kind)
        })
        .or_else(|| {
            routes
                .iter()
                .find_map(|route| up().find(|(interface, _)| named(route, interface)))
        });
    let Some((best, kind)) = best else {
        return Some(Link {
            kind: Some(LinkKind::None),
            ..Link::default()
        });
    };
    let mut link = Link {
        kind: Some(*kind),
        ..Link::default()
    };
    match kind {
        LinkKind::Wifi => link.signal_dbm = signal_dbm(files, &best.name),
        LinkKind::Ethernet => {
            // -1 when the driver does not know.
            link.speed_mbps = files
                .number::<i64>(format!("{INTERFACES}/{}/speed", best.name))
                .and_then(|speed| u32::try_from(speed).ok())
                .filter(|speed| (1..=1_000_000).contains(speed));
        }
        _ => {}
    }
    Some(link)
}

/// The level in `/proc/net/wireless`. Drivers that count in dBm give a negative
/// level; a positive one is of a scale that only they know.
fn signal_dbm(files: &mut Files, name: &str) -> Option<i16> {
    files.lines("proc/net/wireless")?.find_map(|line| {
        let fields = line.trim_start().strip_prefix(name)?.strip_prefix(':')?;
        let level = fields.split_ascii_whitespace().nth(2)?;
        let level: i16 = level.trim_end_matches('.').parse().ok()?;
        (-120..0).contains(&level).then_some(level)
    })
}

/// Looks between two searches for cards: one that comes meanwhile is seen by its default route.
const LOOKS: u32 = 30;

/// Sees that the links changed since the last look.
#[derive(Debug, Default)]
pub(super) struct LinkWatch {
    last: Option<u64>,
    /// The interfaces with hardware of their own, and the file that tells whether each is up.
    cards: Vec<(String, Option<File>)>,
    looks: u32,
}

impl LinkWatch {
    /// Whether a link went up or down, or the default route moved, since the last
    /// call. The first call only learns.
    pub(super) fn changed(&mut self, files: &mut Files) -> bool {
        self.find_cards(files);
        let mut hasher = DefaultHasher::new();
        for (name, state) in &mut self.cards {
            name.hash(&mut hasher);
            let path = format!("{INTERFACES}/{name}/operstate");
            files.word_again(state, path).hash(&mut hasher);
        }
        for route in default_routes(files).unwrap_or_default() {
            // The metric moves with the quality of a radio link; the way does not.
            (route.interface, route.gateway).hash(&mut hasher);
        }
        let now = hasher.finish();
        self.last.replace(now).is_some_and(|last| last != now)
    }

    fn find_cards(&mut self, files: &Files) {
        let due = self.looks == 0 || files.sources.answers == Answers::Files;
        self.looks = (self.looks + 1) % LOOKS;
        if !due {
            return;
        }
        let mut names = files.names(INTERFACES);
        names.retain(|name| files.exists(format!("{INTERFACES}/{name}/device")));
        if self.cards.iter().map(|(name, _)| name).ne(&names) {
            self.cards = names.into_iter().map(|name| (name, None)).collect();
        }
    }
}
