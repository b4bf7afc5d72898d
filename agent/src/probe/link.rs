//! The network interfaces of the PC, and which of them carries the default route.
//!
//! Names of networks and addresses of other machines are never read, but for
//! the gateway's IP address, which stays here.

use std::fs::File;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use declic_common::report::{Link, LinkKind};

use super::files::{Files, lines_of};

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
    let up = is_up(files, &name, &mut None);
    Interface { name, physical, up }
}

/// Whether an interface is up; the file that tells stays open for the next time.
pub(super) fn is_up(files: &mut Files, name: &str, state: &mut Option<File>) -> bool {
    match files.word_again(state, format!("{INTERFACES}/{name}/operstate")) {
        Some("up") => true,
        // Modems and tunnels do not tell; their carrier does.
        Some("unknown") => files.word(format!("{INTERFACES}/{name}/carrier")) == Some("1"),
        _ => false,
    }
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

/// The kernel's tables of routes, of IPv4 and IPv6.
pub(super) const TABLES: [&str; 2] = ["proc/net/route", "proc/net/ipv6_route"];

/// The default routes, IPv4 first, best first; `None` if the kernel does not say.
pub(super) fn default_routes(files: &mut Files) -> Option<Vec<DefaultRoute>> {
    let tables = TABLES.map(|table| files.bytes(table).map(<[u8]>::to_vec));
    if tables.iter().all(Option::is_none) {
        return None;
    }
    Some(routes_in(&tables.map(Option::unwrap_or_default)))
}

/// The default routes in these [`TABLES`]; an empty one says nothing.
pub(super) fn routes_in([four, six]: &[Vec<u8>; 2]) -> Vec<DefaultRoute> {
    let mut routes: Vec<DefaultRoute> = lines_of(four).filter_map(route4).collect();
    routes.sort_by_key(|route| route.metric);
    let mut others: Vec<DefaultRoute> = lines_of(six).filter_map(route6).collect();
    others.sort_by_key(|route| route.metric);
    routes.append(&mut others);
    routes
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
pub(super) fn read(
    files: &mut Files,
    up: &[(Interface, LinkKind)],
    routes: &[DefaultRoute],
) -> Link {
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
        return Link {
            kind: Some(LinkKind::None),
            ..Link::default()
        };
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
    link
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
