//! Completion of the command line in a shell.

use clap::Args;
use clap_complete::Shell;
use declic_common::tr;

use super::output::Said;

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct CompletionsArgs {
    #[arg(help = tr("Pour quel interpréteur de commandes", "For which shell"))]
    pub shell: Shell,
}

pub(crate) fn run(args: &CompletionsArgs) -> Said {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::command(), "declic", &mut script);
    Said::out(String::from_utf8_lossy(&script))
}
