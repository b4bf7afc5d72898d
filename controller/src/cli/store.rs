//! `declic store`: looks after what is stored, while no controller runs.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use declic_common::tr;

#[derive(Subcommand, Clone, Debug, PartialEq, Eq)]
pub enum StoreCommand {
    #[command(about = tr(
        "Tout relire, le serveur Déclic arrêté, et dire ce qui est abîmé",
        "Read everything, with the controller stopped, and tell what is damaged"
    ))]
    Check(Folder),
    #[command(about = tr(
        "Sauver ce qui se lit d’une base abîmée dans une base neuve",
        "Save what reads of a damaged store into a new one"
    ))]
    Salvage(SalvageArgs),
}

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    #[arg(
        long, env = "DECLIC_DATA_DIR", value_name = "DIR", default_value = "/var/lib/declic",
        help = tr("Dossier de données du serveur Déclic", "Data directory of the controller")
    )]
    pub data_dir: PathBuf,
}

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct SalvageArgs {
    #[command(flatten)]
    pub folder: Folder,
    #[arg(
        long, value_name = "DIR",
        help = tr("La base neuve, un dossier qui n’existe pas encore", "The new store, a folder that does not exist yet")
    )]
    pub into: PathBuf,
}
