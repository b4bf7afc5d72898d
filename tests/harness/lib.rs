//! What the stories stand on: real processes in folders of their own, on ports of
//! their own, and a network that can be cut.

pub mod account;
pub mod agent;
pub mod browser;
pub mod controller;
pub mod damage;
pub mod demo;
pub mod device;
pub mod dice;
pub mod disk;
pub mod fuzz;
pub mod load;
pub mod machine;
pub mod mail;
pub mod mosquitto;
pub mod nginx;
pub mod npm;
pub mod pages;
pub mod place;
pub mod process;
pub mod proxy;
pub mod wait;

pub use account::Account;
pub use agent::Agent;
pub use browser::Browser;
pub use controller::{Controller, Door};
pub use demo::Demo;
pub use device::Device;
pub use dice::Dice;
pub use disk::SmallDisk;
pub use machine::Machine;
pub use mail::MailServer;
pub use nginx::Nginx;
pub use proxy::Proxy;
pub use wait::eventually;
