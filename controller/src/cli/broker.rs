//! `declic broker config`: the settings of a broker that the city already runs.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use declic_common::limits::MQTT_PORT;
use declic_common::tr;

#[derive(Subcommand, Clone, Debug, PartialEq, Eq)]
pub enum BrokerCommand {
    #[command(
        subcommand,
        about = tr("Écrire les réglages d’un broker MQTT", "Write the settings of an MQTT broker")
    )]
    Config(BrokerKind),
}

#[derive(Subcommand, Clone, Debug, PartialEq, Eq)]
pub enum BrokerKind {
    #[command(about = tr("Pour Eclipse Mosquitto", "For Eclipse Mosquitto"))]
    Mosquitto(MosquittoArgs),
}

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct MosquittoArgs {
    #[arg(
        long, env = "DECLIC_DATA_DIR", value_name = "DIR", default_value = "/var/lib/declic",
        help = tr("Dossier de données du serveur Déclic", "Data directory of the controller")
    )]
    pub data_dir: PathBuf,
    #[arg(
        long, value_name = "PORT", default_value_t = MQTT_PORT,
        help = tr("Port où le broker écoute les PC", "Port on which the broker listens to devices")
    )]
    pub port: u16,
    #[arg(
        long, env = "DECLIC_PUBLIC_HOST", value_name = "NAME",
        help = tr("Nom ou adresse où les foyers trouvent le broker", "Name or address at which homes find the broker")
    )]
    pub public_host: String,
}
