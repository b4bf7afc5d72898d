//! The addresses of the controller's pages, for whoever looks at all of them.

/// Every page that has one address for everybody; pages of a PC and of a ticket come beside.
pub const PAGES: [&str; 16] = [
    "/aujourdhui",
    "/aujourdhui/tournee",
    "/postes",
    "/postes?presence=retired",
    "/tickets",
    "/tickets?etat=closed&cause=help",
    "/compte",
    "/administration",
    "/administration/comptes",
    "/administration/jetons",
    "/administration/codes",
    "/administration/regles",
    "/administration/journal?verifier=oui",
    "/administration/sauvegardes",
    "/accessibilite",
    "/vie-privee",
];
