//! Stories: what the product promises, told with real processes, real TLS and a
//! real disk. One file each.

mod backups;
mod bulk_killed;
mod clock_2005;
mod commands;
mod crashes;
mod damaged_store;
mod demo;
mod demo_fast;
mod disk_full;
mod evaluation;
mod expired;
mod first_report;
mod hostile;
mod load;
mod moving;
mod network_cut;
mod other_language;
mod pages;
mod people;
mod programme;
mod restore;
mod sealing;
mod tickets;
mod timeline;
mod window;
mod workshop;
