use std::net::{Ipv4Addr, TcpListener};
use std::time::Instant;

use declic_common::report::Ladder;
use tokio::net::TcpSocket;

use super::*;
use crate::probe::Targets;

/// A PC whose gateway is this machine: nothing leaves it.
fn home() -> Tree {
    Tree::of("trap")
}

fn targets(controller: Option<(&str, u16)>, internet: &[String]) -> Targets {
    Targets {
        controller: controller.map(|(host, port)| (host.to_owned(), port)),
        internet: internet.to_vec(),
        connected: false,
    }
}

async fn climb(tree: &Tree, targets: &Targets) -> [Option<bool>; 5] {
    let ladder: Ladder = tree.machine().climb(targets.clone()).await;
    ladder.rungs().map(|(_, rung)| rung)
}

/// A port of this machine on which somebody listens.
fn open() -> (TcpListener, u16) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

/// A port on which nobody listens any more.
fn closed() -> u16 {
    open().1
}

const YES: Option<bool> = Some(true);
const NO: Option<bool> = Some(false);

#[tokio::test]
async fn a_session_proves_every_rung_that_has_a_meaning() {
    let tree = Tree::of("laptop");
    let mut all = targets(
        Some(("controller.example", 8883)),
        &["probe.example:443".into()],
    );
    all.connected = true;
    assert_eq!(climb(&tree, &all).await, [YES; 5]);
    // An address needs no name, and no host was chosen.
    let mut few = targets(Some(("2001:db8::1", 8883)), &[]);
    few.connected = true;
    assert_eq!(climb(&tree, &few).await, [YES, YES, None, None, YES]);
}

#[tokio::test]
async fn hosts_that_answer_are_reached() {
    let (_host, host) = open();
    let (_controller, controller) = open();
    let internet = [
        format!("127.0.0.1:{}", closed()),
        format!("localhost:{host}"),
    ];
    let targets = targets(Some(("localhost", controller)), &internet);
    assert_eq!(climb(&home(), &targets).await, [YES; 5]);
}

#[tokio::test]
async fn a_controller_that_is_down_is_the_only_rung_that_fails() {
    let (_host, host) = open();
    let targets = targets(
        Some(("localhost", closed())),
        &[format!("127.0.0.1:{host}")],
    );
    assert_eq!(climb(&home(), &targets).await, [YES, YES, YES, YES, NO]);
}

#[tokio::test]
async fn a_controller_that_answers_proves_the_internet() {
    let (_controller, controller) = open();
    let internet = [format!("127.0.0.1:{}", closed())];
    let targets = targets(Some(("127.0.0.1", controller)), &internet);
    assert_eq!(climb(&home(), &targets).await, [YES, YES, None, YES, YES]);
}

#[tokio::test]
async fn beyond_the_first_rung_that_fails_nothing_is_told() {
    let tree = home();
    let internet = [format!("127.0.0.1:{}", closed())];
    let everything = targets(Some(("localhost", closed())), &internet);
    assert_eq!(climb(&tree, &everything).await, [YES, YES, YES, NO, None]);

    // A label of 70 letters is no name: the resolver refuses it without asking anybody.
    let no_name = format!("{}.example", "a".repeat(70));
    let unresolved = targets(Some((&no_name, 8883)), &internet);
    assert_eq!(climb(&tree, &unresolved).await, [YES, YES, NO, None, None]);

    tree.write("sys/class/net/eth0/operstate", "down\n");
    assert_eq!(
        climb(&tree, &everything).await,
        [NO, None, None, None, None]
    );
}

#[tokio::test]
async fn a_link_without_a_way_out_fails_at_the_gateway() {
    let tree = home();
    let (_controller, controller) = open();
    let targets = targets(Some(("localhost", controller)), &[]);
    let header = tree
        .read("proc/net/route")
        .lines()
        .next()
        .unwrap()
        .to_owned();
    tree.write("proc/net/route", header + "\n");
    assert_eq!(climb(&tree, &targets).await, [YES, NO, None, None, None]);

    // A way to nowhere: the kernel itself refuses.
    let nowhere = "eth0\t00000000\tFFFFFFFF\t0003\t0\t0\t100\t00000000\t0\t0\t0\n";
    tree.write("proc/net/route", format!("Iface\n{nowhere}"));
    assert_eq!(climb(&tree, &targets).await, [YES, NO, None, None, None]);
}

#[tokio::test]
async fn a_home_with_ipv6_alone_is_whole() {
    if TcpListener::bind("[::1]:0").is_err() {
        // A machine without IPv6 cannot play such a home.
        return;
    }
    let tree = home();
    let (_controller, controller) = open();
    let zero = "0".repeat(32);
    let route = format!(
        "{zero} 00 {zero} 00 {:032x} 00000400 00000002 00000000 00000003     eth0\n",
        1
    );
    tree.write("proc/net/ipv6_route", route);
    tree.write("proc/net/route", "Iface\tDestination\n");
    tree.remove("proc/net/arp");
    let targets = targets(Some(("localhost", controller)), &[]);
    assert_eq!(climb(&tree, &targets).await, [YES, YES, YES, None, YES]);
}

#[tokio::test]
async fn a_way_with_one_other_end_has_no_gateway_to_try() {
    let tree = home();
    tree.change("proc/net/route", "0100007F", "00000000");
    let nothing = targets(Some(("127.0.0.1", closed())), &[]);
    assert_eq!(climb(&tree, &nothing).await, [YES, None, None, None, NO]);
    let (_controller, controller) = open();
    let reached = targets(Some(("127.0.0.1", controller)), &[]);
    assert_eq!(climb(&tree, &reached).await, [YES, YES, None, None, YES]);
}

#[tokio::test]
async fn what_the_kernel_does_not_tell_is_absent() {
    let tree = home();
    tree.remove("proc/net");
    tree.remove("sys/class/net");
    assert_eq!(climb(&tree, &targets(None, &[])).await, [None; 5]);
}

#[tokio::test]
async fn hosts_that_never_answer_cost_seconds_and_no_more() {
    // A listener whose queue is full lets every further caller wait.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut callers = Vec::new();
    for _ in 0..4 {
        let call = tokio::net::TcpStream::connect(address);
        callers.push(tokio::time::timeout(Duration::from_millis(200), call).await);
    }
    assert!(callers.last().unwrap().is_err(), "the queue is not full");
    let start = Instant::now();
    let silent = targets(Some(("127.0.0.1", address.port())), &[address.to_string()]);
    assert_eq!(climb(&home(), &silent).await, [YES, YES, None, NO, None]);
    let spent = start.elapsed();
    assert!(spent < Duration::from_secs(5), "{spent:?}");
}
