//! How far the network reaches: link, gateway, DNS, internet, controller.
//!
//! Each rung is tried with at most a TCP connection that carries no byte. When
//! the controller's host is an address, no name is needed to reach it: DNS is
//! then tried with the first named internet host, or left out.

use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::time::Duration;

use declic_common::report::Ladder;
use tokio::net::{TcpStream, lookup_host};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::Targets;
use super::files::Files;
use super::link::{self, DefaultRoute, INTERFACES};

/// Gateway and DNS come one after the other, the last two rungs together: at
/// most eight seconds in all.
const GATEWAY: Duration = Duration::from_millis(2_500);
const DNS: Duration = Duration::from_millis(2_500);
const HOSTS: Duration = Duration::from_secs(3);

/// Home gateways answer names; one that does not refuses, which is an answer too.
const GATEWAY_PORT: u16 = 53;

const MOST_HOSTS: usize = 4;
const MOST_ADDRESSES: usize = 8;

pub(super) async fn climb(files: &mut Files, targets: &Targets) -> Ladder {
    let mut ladder = Ladder::default();
    if targets.connected {
        ladder.controller = Some(true);
        prove(&mut ladder, targets);
        return ladder;
    }
    ladder.link = link_is_up(files);
    if ladder.link == Some(false) {
        return ladder;
    }
    ladder.gateway = gateway(files).await;
    if ladder.gateway == Some(false) {
        return ladder;
    }
    if let Some(name) = name_to_resolve(targets) {
        let found = timeout(DNS, lookup_host((name, 0))).await;
        ladder.dns = Some(match found {
            Ok(Ok(mut addresses)) => addresses.next().is_some(),
            Ok(Err(_)) | Err(_) => false,
        });
        if ladder.dns == Some(false) {
            return ladder;
        }
    }
    let internet = async {
        let hosts = targets.internet.iter().take(MOST_HOSTS).cloned().collect();
        match &targets.internet[..] {
            [] => None,
            _ => Some(any_answers(hosts).await),
        }
    };
    let controller = async {
        match &targets.controller {
            Some((host, port)) => {
                Some(any_answers(vec![format!("{}:{port}", bracketed(host))]).await)
            }
            None => None,
        }
    };
    (ladder.internet, ladder.controller) = tokio::join!(internet, controller);
    if ladder.internet == Some(false) && ladder.controller == Some(false) {
        // Beyond the first rung that failed there is nothing to say.
        ladder.controller = None;
    }
    prove(&mut ladder, targets);
    ladder
}

/// A host that answered proves the rungs below it, where they mean something. A
/// name that resolved proves nothing: it may come from a memory in this PC.
fn prove(ladder: &mut Ladder, targets: &Targets) {
    if ladder.controller == Some(true) {
        if !targets.internet.is_empty() {
            ladder.internet = Some(true);
        }
        if targets
            .controller
            .as_ref()
            .is_some_and(|(host, _)| !is_address(host))
        {
            ladder.dns = Some(true);
        }
    }
    if [ladder.internet, ladder.controller].contains(&Some(true)) {
        ladder.gateway = Some(true);
    }
    if ladder.gateway == Some(true) {
        ladder.link = Some(true);
    }
}

fn is_address(host: &str) -> bool {
    host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok()
}

fn bracketed(host: &str) -> String {
    match host.parse::<Ipv6Addr>() {
        Ok(address) => format!("[{address}]"),
        Err(_) => host.to_owned(),
    }
}

/// The name that this PC needs most.
fn name_to_resolve(targets: &Targets) -> Option<&str> {
    let controller = targets.controller.iter().map(|(host, _)| host.as_str());
    let internet = targets
        .internet
        .iter()
        .filter_map(|pair| Some(pair.rsplit_once(':')?.0));
    controller.chain(internet).find(|host| !is_address(host))
}

fn link_is_up(files: &mut Files) -> Option<bool> {
    let interfaces = link::interfaces(files)?;
    let mut own = interfaces.iter().filter(|i| i.physical || i.up).peekable();
    own.peek()?;
    Some(own.any(|interface| interface.up))
}

/// Whether the way out answers, by any of the default routes: a home may have
/// IPv4, IPv6 or both. Absent when nobody can tell.
async fn gateway(files: &mut Files) -> Option<bool> {
    let routes = link::default_routes(files)?;
    if routes.is_empty() {
        return Some(false);
    }
    let mut tries = JoinSet::new();
    for family in [IpAddr::is_ipv4, IpAddr::is_ipv6] {
        let best = routes
            .iter()
            .find(|route| route.gateway.as_ref().is_some_and(family));
        if let Some((address, route)) = best.and_then(|route| Some((socket(files, route)?, route)))
        {
            let gateway = route.gateway;
            tries.spawn(async move {
                let answer = timeout(GATEWAY, TcpStream::connect(address)).await;
                (gateway, answer.ok().map(|answer| answer.map(drop)))
            });
        }
    }
    let mut answers = Vec::new();
    while let Some(Ok((gateway, answer))) = tries.join_next().await {
        let known = gateway.and_then(|gateway| neighbour(files, gateway));
        let verdict = verdict(gateway, answer, known);
        if verdict == Some(true) {
            return Some(true);
        }
        answers.push(verdict);
    }
    // Another family whose gateway nobody could try may still work.
    let all_tried = routes.iter().all(|route| route.gateway.is_some());
    let all_failed = !answers.is_empty() && answers.iter().all(|answer| *answer == Some(false));
    (all_tried && all_failed).then_some(false)
}

/// Where a gateway is tried; a link-local one needs its interface's number.
fn socket(files: &mut Files, route: &DefaultRoute) -> Option<SocketAddr> {
    match route.gateway? {
        IpAddr::V4(address) => Some((address, GATEWAY_PORT).into()),
        IpAddr::V6(address) => {
            let scope = files.number(format!("{INTERFACES}/{}/ifindex", route.interface))?;
            let scope = if address.is_unicast_link_local() {
                scope
            } else {
                0
            };
            Some(SocketAddrV6::new(address, GATEWAY_PORT, 0, scope).into())
        }
    }
}

/// What an attempt says of a gateway. `answer` is absent after a time-out,
/// `neighbour` says whether its hardware address is known.
fn verdict(
    gateway: Option<IpAddr>,
    answer: Option<io::Result<()>>,
    neighbour: Option<bool>,
) -> Option<bool> {
    use io::ErrorKind::{ConnectionRefused, ConnectionReset, HostUnreachable, NetworkUnreachable};
    match answer {
        Some(Ok(())) => Some(true),
        Some(Err(error)) => match error.kind() {
            ConnectionRefused | ConnectionReset => Some(true),
            NetworkUnreachable => Some(false),
            // Sent by the kernel when the neighbour is silent, but also by a gateway
            // that forbids: then its hardware address is known.
            HostUnreachable => match (gateway, neighbour) {
                (Some(IpAddr::V4(_)), Some(true)) => None,
                _ => Some(false),
            },
            _ => None,
        },
        // Silent: it may drop what it does not know. Only a neighbour that never
        // gave its hardware address is certainly not there.
        None => match neighbour {
            Some(false) => Some(false),
            _ => None,
        },
    }
}

/// Whether the kernel has the hardware address of an IPv4 neighbour; absent if it
/// keeps no entry (and always for IPv6). The address itself is not read.
fn neighbour(files: &mut Files, gateway: IpAddr) -> Option<bool> {
    const COMPLETE: u32 = 0x2;
    files.lines("proc/net/arp")?.find_map(|line| {
        let mut fields = line.split_ascii_whitespace();
        let address: IpAddr = fields.next()?.parse().ok()?;
        let flags = fields.nth(1)?.strip_prefix("0x")?;
        let flags = u32::from_str_radix(flags, 16).ok()?;
        (address == gateway).then_some(flags & COMPLETE != 0)
    })
}

/// Whether one of these `host:port` accepts a connection, all addresses at once:
/// a home with a broken IPv6 must not wait for it.
async fn any_answers(hosts: Vec<String>) -> bool {
    let race = async {
        let mut hosts_left: JoinSet<bool> = JoinSet::new();
        for host in hosts {
            hosts_left.spawn(async move {
                let Ok(addresses) = lookup_host(host).await else {
                    return false;
                };
                let mut tries: JoinSet<io::Result<TcpStream>> = JoinSet::new();
                for address in addresses.take(MOST_ADDRESSES) {
                    tries.spawn(TcpStream::connect(address));
                }
                while let Some(answer) = tries.join_next().await {
                    if matches!(answer, Ok(Ok(_))) {
                        return true;
                    }
                }
                false
            });
        }
        while let Some(answer) = hosts_left.join_next().await {
            if matches!(answer, Ok(true)) {
                return true;
            }
        }
        false
    };
    timeout(HOSTS, race).await.unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;
    use crate::probe::Sources;

    const GATE4: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::new(192, 168, 1, 1)));
    const GATE6: Option<IpAddr> = Some(IpAddr::V6(Ipv6Addr::LOCALHOST));

    fn failed(kind: ErrorKind) -> Option<io::Result<()>> {
        Some(Err(kind.into()))
    }

    #[test]
    fn a_gateway_that_accepts_or_refuses_is_there() {
        assert_eq!(verdict(GATE4, Some(Ok(())), None), Some(true));
        assert_eq!(
            verdict(GATE4, failed(ErrorKind::ConnectionRefused), None),
            Some(true)
        );
        assert_eq!(
            verdict(GATE6, failed(ErrorKind::ConnectionReset), None),
            Some(true)
        );
    }

    #[test]
    fn a_silent_gateway_is_missing_only_if_it_never_gave_its_hardware_address() {
        assert_eq!(verdict(GATE4, None, Some(false)), Some(false));
        assert_eq!(verdict(GATE4, None, Some(true)), None);
        assert_eq!(verdict(GATE4, None, None), None);
        assert_eq!(verdict(GATE6, None, None), None);
    }

    #[test]
    fn a_gateway_that_cannot_be_reached_is_missing_unless_it_is_what_forbids() {
        assert_eq!(
            verdict(GATE4, failed(ErrorKind::HostUnreachable), Some(false)),
            Some(false)
        );
        assert_eq!(
            verdict(GATE4, failed(ErrorKind::HostUnreachable), Some(true)),
            None
        );
        assert_eq!(
            verdict(GATE6, failed(ErrorKind::HostUnreachable), None),
            Some(false)
        );
        assert_eq!(
            verdict(GATE4, failed(ErrorKind::NetworkUnreachable), None),
            Some(false)
        );
        // A firewall of this PC says nothing of the gateway.
        assert_eq!(
            verdict(GATE4, failed(ErrorKind::PermissionDenied), None),
            None
        );
    }

    #[test]
    fn a_neighbour_is_known_once_its_entry_is_complete() {
        let root = tempfile::TempDir::new().unwrap();
        std::fs::create_dir_all(root.path().join("proc/net")).unwrap();
        let mut files = Files::new(Sources::tree(root.path()));
        let mut known = |table: &str| {
            std::fs::write(root.path().join("proc/net/arp"), table).unwrap();
            neighbour(&mut files, GATE4.unwrap())
        };
        let head =
            "IP address       HW type     Flags       HW address            Mask     Device\n";
        let complete =
            "192.168.1.1      0x1         0x2         02:00:5e:10:00:01     *        eth0\n";
        let incomplete =
            "192.168.1.1      0x1         0x0         00:00:00:00:00:00     *        eth0\n";
        assert_eq!(known(&format!("{head}{complete}")), Some(true));
        assert_eq!(known(&format!("{head}{incomplete}")), Some(false));
        assert_eq!(known(head), None);
    }
}
