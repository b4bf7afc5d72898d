//! `declic`: reads the arguments and hands over.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use declic_common::lang::Lang;
use declic_common::tr;
use declic_controller::cli::broker::MosquittoArgs;
use declic_controller::cli::demo::DemoArgs;
use declic_controller::cli::serve::Serve;
use declic_controller::cli::{self, Own};
use declic_controller::config::{Mqtt, Options};
use declic_controller::demo::{self, DemoOptions, Stage, Tour};
use declic_controller::ingest::broker::files;
use declic_controller::notify;
use declic_controller::pki::{Pki, names};
use declic_controller::serve;
use jiff::Timestamp;
use tracing_subscriber::EnvFilter;

/// Sixteen threads write, read and wait here. The system's allocator gives each of them a heap of
/// its own, of which half lies idle after the start.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    Lang::from_locale(&locale.unwrap_or_default()).choose();
    cli::run(cli::parse(), own)
}

/// The work of this process itself.
fn own(work: Own) -> anyhow::Result<()> {
    match work {
        Own::Serve(args) => {
            log("info");
            let options = serve_options(args.resolve()?)?;
            runtime()?.block_on(serve::run(options))
        }
        Own::Demo(args) => {
            log("warn");
            runtime()?.block_on(demo::run(demo_options(args)?, show))
        }
        Own::Mosquitto(args) => mosquitto(&args),
    }
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("failed to start")
}

/// Logs go to standard error; DECLIC_LOG asks for more or less.
fn log(level: &str) {
    let filter = EnvFilter::try_from_env("DECLIC_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .with_env_filter(filter)
        .init();
}

fn serve_options(serve: Serve) -> anyhow::Result<Options> {
    Ok(Options {
        // Port 0: the one that is listened on.
        public: serve.address(0, 0),
        mqtt: match serve.broker {
            Some(url) => Mqtt::Broker(url.parse()?),
            None => Mqtt::Endpoint(serve.mqtt),
        },
        enrol: Some(serve.enrol),
        http: Some(serve.http),
        web: serve.web,
        data_dir: serve.data_dir,
        settings: serve.settings,
        notify: serve.notify,
        call_after_days: serve.call_after_days,
        rules: serve.rules,
        backups: serve.backups,
        household_keys_copy: serve.household_keys_copy,
        retention: serve.retention,
        demo: false,
    })
}

/// Writes what a Mosquitto needs into the data directory, and prints its settings
/// and its ACL.
fn mosquitto(args: &MosquittoArgs) -> anyhow::Result<()> {
    let names = names(&args.public_host);
    // The authority may be made here: the broker is often set up first.
    let first_start = !args.data_dir.join("store").exists();
    let pki = Pki::open(&args.data_dir, &names, first_start)?;
    let now = Timestamp::now().as_millisecond();
    let folder = files::write(&pki, &args.data_dir, &names, args.port, now)?;
    let read = |name: &str| {
        std::fs::read_to_string(folder.join(name))
            .with_context(|| format!("failed to read {name} in {}", folder.display()))
    };
    let (config, acl) = (read("mosquitto.conf")?, read("acl")?);
    let _ = writeln!(io::stdout().lock(), "{config}\n# acl\n{acl}");
    let _ = writeln!(
        io::stderr().lock(),
        "{} {}",
        tr(
            "Ces réglages, l’ACL et les certificats du broker sont dans",
            "These settings, the ACL and the broker's certificates are in",
        ),
        folder.display()
    );
    Ok(())
}

fn demo_options(args: DemoArgs) -> anyhow::Result<DemoOptions> {
    let interval = Duration::from_secs(args.interval_s().into());
    let weeks = args.weeks();
    let notify = args.notify.as_deref().map(notify::settings::Settings::read);
    Ok(DemoOptions {
        data_dir: args.data_dir,
        devices: args.devices as usize,
        http: args.http,
        mqtt: args.mqtt,
        interval,
        speed: args.speed,
        begin: args.begin,
        weeks,
        history_days: args.history,
        notify: notify.transpose()?.unwrap_or_default(),
    })
}

/// Tells how far the demonstration has come. A terminal that went away does not stop it.
fn show(stage: Stage) {
    let text = match stage {
        Stage::Past { weeks } => match Lang::current() {
            Lang::Fr => format!(
                "Les foyers vivent d’abord {weeks} semaines : une minute ou deux par année…"
            ),
            Lang::En => {
                format!("The homes live through {weeks} weeks first: a minute or two a year…")
            }
        },
        Stage::Ready(tour) => way_round(&tour),
    };
    let _ = writeln!(io::stdout().lock(), "{text}");
}

/// Says where to look, with commands that work as they are: the program may not
/// be on the path of whoever has just built it.
fn way_round(tour: &Tour) -> String {
    let declic = std::env::args()
        .next()
        .unwrap_or_else(|| "declic".to_owned());
    let dir = tour.data_dir.display();
    let (devices, speed) = (tour.devices, tour.speed);
    let (head, names, end) = match (Lang::current(), speed) {
        (Lang::Fr, 1) => (
            format!(
                "Déclic tourne avec {devices} foyers ; le premier est cette machine, les autres sont simulés. La plupart des \
                 PC d’un foyer sont éteints, et c’est normal."
            ),
            ["Aujourd’hui", "Les PC", "Un PC", "État"],
            "Ctrl-C pour arrêter.",
        ),
        (Lang::Fr, _) => (
            format!(
                "Déclic tourne avec {devices} foyers simulés, {speed} fois plus vite que nous. La plupart \
                 des PC sont éteints, et c’est normal ; quelques-uns tombent en panne."
            ),
            ["Aujourd’hui", "Les PC", "Un PC", "État"],
            "Ctrl-C pour arrêter.",
        ),
        (Lang::En, 1) => (
            format!(
                "Déclic runs with {devices} homes; the first one is this machine, the others are simulated. Most PCs of \
                 homes are off, as they should be."
            ),
            ["Today", "Devices", "One device", "State"],
            "Ctrl-C to stop.",
        ),
        (Lang::En, _) => (
            format!(
                "Déclic runs with {devices} simulated homes, {speed} times faster than we do. Most PCs \
                 are off, as they should be; some fail."
            ),
            ["Today", "Devices", "One device", "State"],
            "Ctrl-C to stop.",
        ),
    };
    let [today, list, one, state] = names;
    let pages = tr("Pages", "Pages");
    let once = tr(
        "             (ce lien ouvre une fois, dans la demi-heure, sur cette machine)",
        "             (this link opens once, within half an hour, on this machine)",
    );
    format!(
        "{head}\n\
         \n\
         \x20 {pages:<11}  {}\n\
         \x20 {once}\n\
         \n\
         \x20 {today:<11}  {declic} today --data-dir {dir}\n\
         \x20 {list:<11}  {declic} device list --data-dir {dir}\n\
         \x20 {one:<11}  {declic} device show BDX-001 --data-dir {dir}\n\
         \x20 {state:<11}  {declic} status --data-dir {dir}\n\
         \x20 API          http://{}/api/v1/devices\n\
         \x20 MQTT (TLS)   {}\n\
         \n\
         {end}",
        tour.link, tour.http, tour.mqtt
    )
}
