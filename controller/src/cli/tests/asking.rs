//! Commands against a real controller, over its socket and over its port.

use std::path::PathBuf;

use clap::Parser;
use declic_common::Lang;
use declic_common::programme::{
    Attendance, Cycle, Group, Household, Lot, Member, Noun, Person, Programme, Site, Wipe,
};
use jiff::Timestamp;
use serde_json::Value;

use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Said;
use crate::cli::words::Voice;
use crate::cli::{Asked, Cli, Command, ask};
use crate::http::tests::world::{World, device};

async fn type_in(line: &str, last: &[&str]) -> Result<Said, Failure> {
    let words = line.split(' ').chain(last.iter().copied());
    let (target, asked) = match Cli::try_parse_from(words).unwrap().command {
        Command::Today(args) => (args.target.clone(), Asked::Today(args)),
        Command::Decode(args) if args.open => (args.target.clone(), Asked::Decode(args)),
        Command::Ticket(args) => (args.target.clone(), Asked::Ticket(args)),
        Command::Device(args) => (args.target.clone(), Asked::Device(args)),
        Command::Fleet(args) => (args.target.clone(), Asked::Fleet(args)),
        Command::Export(args) => (args.target.clone(), Asked::Export(args)),
        Command::Import(args) => (args.target.clone(), Asked::Import(args)),
        Command::Enrol(args) => (args.target.clone(), Asked::Enrol(args)),
        Command::Status(args) => (args.target.clone(), Asked::Status(args)),
        Command::Audit(args) => (args.target.clone(), Asked::Audit(args)),
        Command::Account(args) => (args.target.clone(), Asked::Account(args)),
        Command::Token(args) => (args.target.clone(), Asked::Token(args)),
        Command::Settings(args) => (args.target.clone(), Asked::Settings(args)),
        Command::Programme(args) => (args.target.clone(), Asked::Record(Programme::SHEET, args)),
        Command::Site(args) => (args.target.clone(), Asked::Record(Site::SHEET, args)),
        Command::Person(args) => (args.target.clone(), Asked::Record(Person::SHEET, args)),
        Command::Lot(args) => (args.target.clone(), Asked::Record(Lot::SHEET, args)),
        Command::Wipe(args) => (args.target.clone(), Asked::Record(Wipe::SHEET, args)),
        Command::Cycle(args) => (args.target.clone(), Asked::Record(Cycle::SHEET, args)),
        Command::Group(args) => (args.target.clone(), Asked::Record(Group::SHEET, args)),
        Command::Member(args) => (args.target.clone(), Asked::Record(Member::SHEET, args)),
        Command::Attendance(args) => (args.target.clone(), Asked::Record(Attendance::SHEET, args)),
        Command::Household(args) => (args.target.clone(), Asked::People(Household::SHEET, args)),
        Command::Session(args) => (args.target.clone(), Asked::Session(args)),
        Command::Backup(command) => (
            crate::cli::backup::target(&command).unwrap(),
            Asked::Backup(command),
        ),
        other => panic!("{other:?} asks nothing"),
    };
    // A voice that is half a century late speaks by the clock of the controller.
    ask(target, asked, &Voice::new(Lang::En, Timestamp::UNIX_EPOCH)).await
}

/// Asks the controller of a world over its socket.
pub(super) async fn on(world: &World, line: &str) -> Result<Said, Failure> {
    let dir = world.dir.path().to_str().unwrap();
    type_in(line, &["--data-dir", dir]).await
}

#[tokio::test]
async fn a_list_in_json_is_one_array_of_everything() {
    let world = World::with_devices().await;
    // More than one page of the API.
    for n in 100..620 {
        world.enrol(n, None, None).await;
    }
    let said = on(&world, "declic device list --format json")
        .await
        .unwrap();
    let list: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(list.as_array().unwrap().len(), 523);
    assert_eq!(list[0]["asset"], "BDX-001");
    assert_eq!(said.aside, "");
    let csv = on(&world, "declic device list --format csv").await.unwrap();
    assert_eq!(csv.out.lines().count(), 524);
    assert!(csv.out.starts_with("device,asset,site,presence,"));
    let table = on(&world, "declic device list --site aubiers")
        .await
        .unwrap();
    assert_eq!(table.out.lines().count(), 2);
}

#[tokio::test]
async fn how_long_ago_is_told_by_the_clock_of_the_controller() {
    let world = World::with_devices().await;
    let table = on(&world, "declic device list --site aubiers")
        .await
        .unwrap();
    assert!(table.out.contains("just now"), "{}", table.out);
}

#[tokio::test]
async fn many_codes_stand_one_a_line_for_numbered_pcs() {
    let world = World::start().await;
    let said = on(&world, "declic enrol new --asset SIM --count 3")
        .await
        .unwrap();
    let codes: std::collections::BTreeSet<&str> = said.out.lines().collect();
    assert_eq!(codes.len(), 3, "{}", said.out);
    let read = |code: &&str| code.parse::<declic_common::code::EnrolCode>().is_ok();
    assert!(codes.iter().all(read));
    let list = on(&world, "declic enrol list").await.unwrap().out;
    for tag in ["SIM-001", "SIM-002", "SIM-003"] {
        assert!(list.contains(tag), "{list}");
    }
}

#[tokio::test]
async fn the_code_stands_alone_on_the_output() {
    let world = World::start().await;
    let said = on(&world, "declic enrol new --asset BDX-007")
        .await
        .unwrap();
    assert_eq!(said.out.lines().count(), 1);
    let code: Result<declic_common::code::EnrolCode, _> = said.out.trim_end().parse();
    assert!(code.is_ok());
    assert!(said.aside.contains("one-use code"));
    let list = on(&world, "declic enrol list").await.unwrap().out;
    assert!(
        list.contains("BDX-007") && !list.contains(said.out.trim_end()),
        "{list}"
    );
    let items = on(&world, "declic enrol list --format json")
        .await
        .unwrap()
        .out;
    let items: Value = serde_json::from_str(&items).unwrap();
    let cancel = format!("declic enrol cancel {}", items[0]["id"].as_str().unwrap());
    on(&world, &cancel).await.unwrap();
    assert!(
        on(&world, "declic enrol list")
            .await
            .unwrap()
            .out
            .contains("cancelled")
    );
}

#[tokio::test]
async fn a_device_answers_to_its_name_and_to_its_tag() {
    let world = World::with_devices().await;
    let by_name = format!("declic device show {} --format json", device(1));
    let by_name: Value = serde_json::from_str(&on(&world, &by_name).await.unwrap().out).unwrap();
    let by_tag = on(&world, "declic device show bdx-001 --format json")
        .await
        .unwrap();
    let by_tag: Value = serde_json::from_str(&by_tag.out).unwrap();
    assert_eq!(by_name["device"], by_tag["device"]);
    assert_eq!(by_name["inventory"]["model"], "Compaq 8200");
    let screen = on(&world, "declic device show BDX-001").await.unwrap().out;
    assert!(
        screen.contains("BDX-001") && screen.contains("Compaq 8200"),
        "{screen}"
    );
    world.enrol(9, Some("BDX-001"), None).await;
    let two = on(&world, "declic device show BDX-001").await.unwrap_err();
    assert_eq!(two.exit, Exit::Conflict);
}

#[tokio::test]
async fn a_history_follows_every_page() {
    let world = World::with_devices().await;
    let line = "declic device history BDX-001 cpu_mean_permille --format csv";
    let said = on(&world, line).await.unwrap();
    assert_eq!(said.out.lines().count(), 4, "{}", said.out);
    assert!(said.out.lines().skip(1).all(|line| line.ends_with(",120")));
    let old = "declic device history BDX-001 cpu_mean_permille --to 2026-01-01 --format json";
    assert_eq!(on(&world, old).await.unwrap().out, "[]\n");
}

#[tokio::test]
async fn requests_settings_and_retirement_go_through() {
    let world = World::with_devices().await;
    on(&world, "declic device send BDX-001 message Bonjour")
        .await
        .unwrap();
    let list = on(&world, "declic device commands BDX-001")
        .await
        .unwrap()
        .out;
    assert!(
        list.contains("Bonjour") && list.contains("queued"),
        "{list}"
    );
    let set = "declic device settings BDX-001 --interval 600 --probe-host example.org:443";
    let set = on(&world, set).await.unwrap().out;
    assert!(
        set.contains("600") && set.contains("example.org:443"),
        "{set}"
    );
    assert_eq!(
        on(&world, "declic device settings BDX-001")
            .await
            .unwrap()
            .out,
        set
    );
    let charter = on(&world, "declic device charter BDX-001").await.unwrap();
    assert_eq!(charter.out.lines().count(), 1);
    on(&world, "declic device retire BDX-001").await.unwrap();
    let again = on(&world, "declic device retire BDX-001")
        .await
        .unwrap_err();
    assert_eq!(again.exit, Exit::Conflict);
    on(&world, "declic device revoke BDX-002").await.unwrap();

    let audit = on(&world, "declic audit list --format csv")
        .await
        .unwrap()
        .out;
    let own = rustix::process::getuid().as_raw();
    let told = format!(",cli:{own},device.retire,");
    assert!(audit.contains(&told), "{audit}");
    assert!(
        on(&world, "declic audit verify")
            .await
            .unwrap()
            .out
            .contains("whole")
    );
}

#[tokio::test]
async fn failures_say_what_happened_and_end_with_their_own_code() {
    let world = World::with_devices().await;
    for (line, exit) in [
        ("declic device show BDX-404", Exit::NotFound),
        ("declic device show d-zzzzzzzzzzzz", Exit::NotFound),
        ("declic enrol cancel nobody", Exit::NotFound),
        (
            "declic device settings BDX-001 --probe-host here",
            Exit::Refused,
        ),
    ] {
        let failure = on(&world, line).await.unwrap_err();
        assert_eq!(failure.exit, exit, "{line}: {failure}");
    }
}

#[tokio::test]
async fn a_controller_that_does_not_run_is_told_with_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().to_str().unwrap();
    let absent = type_in("declic device list --data-dir", &[place]).await;
    let failure = absent.unwrap_err();
    assert_eq!(failure.exit, Exit::Unreachable);
    let advice = format!("declic serve --data-dir {place}");
    assert!(failure.text.contains(&advice), "{failure}");

    let socket: PathBuf = crate::http::socket_path(dir.path());
    drop(std::os::unix::net::UnixListener::bind(&socket).unwrap());
    let dead = type_in("declic status --data-dir", &[place])
        .await
        .unwrap_err();
    assert_eq!(dead.exit, Exit::Unreachable);

    let port = type_in("declic status --url http://127.0.0.1:1", &[])
        .await
        .unwrap_err();
    assert_eq!(port.exit, Exit::Unreachable);
    for address in ["ftp://127.0.0.1:1", "http://declic.example.org"] {
        let scheme = type_in("declic status --url", &[address]).await;
        assert_eq!(scheme.unwrap_err().exit, Exit::Usage, "{address}");
    }
}

#[tokio::test]
async fn a_port_serves_as_well_as_the_socket_to_whoever_has_a_token() {
    let world = World::with_devices().await;
    let bare = type_in("declic status --url", &[&world.url]).await;
    assert_eq!(bare.unwrap_err().exit, Exit::Refused);
    let token = world.token_file();
    let token = token.to_str().unwrap();
    for format in ["json", "csv", "table"] {
        let line = format!("declic status --format {format} --token-file {token} --url");
        let said = type_in(&line, &[&world.url]).await.unwrap();
        assert!(!said.no && said.out.contains("0.1.0"), "{}", said.out);
    }
}

#[tokio::test]
async fn accounts_and_tokens_are_made_listed_and_ended() {
    let world = World::start().await;
    let new = "declic account new script --no-password --role technician:aubiers --role evaluator";
    on(&world, new).await.unwrap();
    let again = on(&world, new).await.unwrap_err();
    assert_eq!(again.exit, Exit::Conflict);
    let list = on(&world, "declic account list").await.unwrap().out;
    assert!(list.contains("technician (aubiers), evaluator"), "{list}");

    let made = on(&world, "declic token new script monitoring --days 2").await;
    let made = made.unwrap();
    assert_eq!(made.out.lines().count(), 1, "the token stands alone");
    let file = world.dir.path().join("script");
    std::fs::write(&file, &made.out).unwrap();
    let file = file.to_str().unwrap();
    let status = format!("declic status --token-file {file} --url");
    assert!(type_in(&status, &[&world.url]).await.is_ok());
    let audit = format!("declic audit list --token-file {file} --url");
    let refused = type_in(&audit, &[&world.url]).await.unwrap_err();
    assert_eq!(refused.exit, Exit::Refused);

    let tokens = on(&world, "declic token list --format json").await.unwrap();
    let tokens: Value = serde_json::from_str(&tokens.out).unwrap();
    let id = tokens[0]["id"].as_str().unwrap();
    on(&world, &format!("declic token revoke {id}"))
        .await
        .unwrap();
    let ended = type_in(&status, &[&world.url]).await.unwrap_err();
    assert_eq!(ended.exit, Exit::Refused);

    for line in [
        "declic account roles script --role evaluator",
        "declic account log-out script",
        "declic account logins",
        "declic account disable script",
        "declic account enable script",
    ] {
        on(&world, line).await.unwrap();
    }
    let list = on(&world, "declic account list").await.unwrap().out;
    assert!(!list.contains("aubiers"), "{list}");
    for line in [
        "declic account disable nobody",
        "declic token new nobody label",
        "declic token revoke t-nothing",
    ] {
        assert_eq!(
            on(&world, line).await.unwrap_err().exit,
            Exit::NotFound,
            "{line}"
        );
    }
}

#[tokio::test]
async fn a_revoked_device_says_so_in_the_list_and_not_only_alone() {
    let world = World::with_devices().await;
    on(&world, "declic device revoke BDX-002").await.unwrap();
    let listed = on(&world, "declic device list").await.unwrap().out;
    let of = |tag: &str| listed.lines().find(|line| line.contains(tag)).unwrap();
    assert!(of("BDX-002").contains("revoked"), "{listed}");
    assert!(!of("BDX-001").contains("revoked"), "{listed}");
    let shown = on(&world, "declic device show BDX-002").await.unwrap().out;
    let presence = shown.lines().find(|line| line.starts_with("Presence"));
    assert!(presence.unwrap().contains(", revoked"), "{shown}");
    // It is no presence: what was asked for by presence is found as before.
    let json = on(&world, "declic device list --presence quiet --format json");
    let json: Value = serde_json::from_str(&json.await.unwrap().out).unwrap();
    let found = json.as_array().unwrap();
    let revoked = found.iter().filter(|device| device["revoked"] == true);
    assert_eq!(revoked.count(), 1, "{json}");
}

#[tokio::test]
async fn a_move_is_announced_with_the_present_ports_unless_told_otherwise() {
    let world = World::with_devices().await;
    let shown = on(&world, "declic settings show").await.unwrap().out;
    assert!(shown.contains("no move announced"), "{shown}");
    let moving = "declic settings move --host declic.example.org --mqtt-port 443";
    let said = on(&world, moving).await.unwrap();
    assert!(
        said.out
            .contains("declic.example.org, MQTT 443, enrolment 8443"),
        "{}",
        said.out
    );
    assert!(said.out.contains("0 of 3 devices"), "{}", said.out);
    let here = on(&world, "declic settings move --host 127.0.0.1").await;
    assert_eq!(here.unwrap_err().exit, Exit::Conflict);
    let nowhere = on(&world, "declic settings move --host two..dots").await;
    assert_eq!(nowhere.unwrap_err().exit, Exit::Refused);
    let csv = on(&world, "declic settings show --format csv").await;
    assert!(csv.unwrap().out.contains(",declic.example.org,443,8443,"));
    let stays = on(&world, "declic settings stay").await.unwrap().out;
    assert!(stays.contains("no move announced"), "{stays}");
}

#[tokio::test]
async fn a_device_is_handed_over_and_its_timeline_begins_there() {
    let world = World::with_devices().await;
    on(
        &world,
        "declic device deploy BDX-001 --household AUB-017 --site aubiers",
    )
    .await
    .unwrap();
    let screen = on(&world, "declic device show BDX-001").await.unwrap().out;
    assert!(screen.contains("household AUB-017"), "{screen}");
    let parts = on(&world, "declic device timeline BDX-001 --format csv")
        .await
        .unwrap();
    assert!(parts.out.starts_with("from,to,activity\n"), "{}", parts.out);
    let days = on(&world, "declic device timeline BDX-001 --days --format csv")
        .await
        .unwrap();
    assert!(days.out.starts_with("day,activity,minutes.on,minutes.off,"));
    let beyond = "declic device timeline BDX-001 --from 2026-10-01";
    // Its placement began today: there is nothing before, and nothing to refuse.
    assert!(on(&world, beyond).await.is_ok());
    on(&world, "declic device return BDX-001 --to stock")
        .await
        .unwrap();
    let again = on(&world, "declic device return BDX-001 --to stock").await;
    assert_eq!(again.unwrap_err().exit, Exit::Conflict);
    let named = on(
        &world,
        "declic device deploy BDX-001 --household Mme_Martin",
    )
    .await;
    assert_eq!(named.unwrap_err().exit, Exit::Refused);
}

#[tokio::test]
async fn the_backup_that_was_made_is_named_though_another_looks_newer_or_is_as_young() {
    let world = World::with_devices().await;
    let folder = world.dir.path().join("backups");
    std::fs::create_dir(&folder).unwrap();
    // The clock was ahead once.
    let ahead = folder.join("declic-29991231T000000Z.tar.zst");
    std::fs::write(&ahead, "").unwrap();
    world.app.backups.open(folder.clone());
    for _ in 0..3 {
        let said = on(&world, "declic backup create").await.unwrap();
        let file = PathBuf::from(said.out.trim());
        assert_ne!(file, ahead);
        assert!(crate::backup::verify(&file).unwrap().rows > 0);
    }
}
