use super::*;

#[test]
fn a_clock_of_2005_is_told_as_it_is() {
    let tree = Tree::of("dead_cmos");
    let mut machine = tree.machine();
    let clocks = machine.clocks();
    assert_eq!(clocks.wall_ms, 1_104_537_723_000);
    assert_eq!((clocks.uptime_ms, clocks.awake_ms), (63_200, 63_200));
    assert_eq!(clocks.boot_id, "00112233-4455-4677-8899-aabbccdd2005");
}

#[test]
fn what_depends_on_the_date_waits_for_the_clock_to_be_set() {
    let tree = Tree::of("dead_cmos");
    let mut machine = tree.machine();
    let slow_then = slow(&mut machine);
    let updates = slow_then.updates.unwrap();
    assert_eq!((updates.pending, updates.lists_age_s), (Some(3), None));
    assert_eq!(slow_then.smart, None);

    // The network came, and with it the time.
    tree.write("answers/wall_ms", format!("{NOW_MS}\n"));
    assert_eq!(machine.clocks().wall_ms, NOW_MS);
    let slow_now = slow(&mut machine);
    assert_eq!(slow_now.updates.unwrap().lists_age_s, Some(3600));
    assert!(slow_now.smart.is_some());
}

#[test]
fn a_sleep_shows_as_uptime_that_nobody_was_awake_for() {
    let tree = Tree::of("laptop");
    let mut machine = tree.machine();
    let before = machine.clocks();
    tree.write("proc/uptime", "12225.31 9000.00\n");
    tree.pass(1_000);
    let after = machine.clocks();
    let slept = (after.uptime_ms - before.uptime_ms) - (after.awake_ms - before.awake_ms);
    assert_eq!(slept, 7_200_000 - 1_000);
}

#[test]
fn a_clock_that_cannot_be_read_keeps_its_last_value() {
    let tree = Tree::of("desktop_2009");
    let mut machine = tree.machine();
    let before = machine.clocks();
    for broken in ["", "99", "x.yz 1", "-4.00 1", "99999999999999999999.00 1"] {
        tree.write("proc/uptime", broken);
        tree.write("proc/sys/kernel/random/boot_id", broken);
        tree.write("answers/wall_ms", "noon\n");
        tree.write("answers/awake_ms", broken.replace("99", "?"));
        assert_eq!(machine.clocks(), before, "{broken:?}");
    }
}
