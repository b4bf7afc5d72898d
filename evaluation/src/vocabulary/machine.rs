//! Words about PCs, their connection, and what was repaired.

use super::vocabulary;

vocabulary! {
    pub enum DeviceKind {
        Desktop = "desktop", "fixe", "desktop";
        Laptop = "laptop", "portable", "laptop";
        AllInOne = "all_in_one", "tout-en-un", "all in one";
        Other = "other", "autre", "other";
    }

    pub enum Grade {
        A = "a", "A", "A";
        B = "b", "B", "B";
        C = "c", "C", "C";
    }

    /// Where a PC stands.
    pub enum Place {
        Home = "home", "foyer", "home";
        Seat = "seat", "poste de l’atelier", "workshop seat";
        Bench = "bench", "établi", "bench";
        Stock = "stock", "réserve", "stock";
    }

    /// How the stay of a PC in a home ended. A repair that brings the same PC back is none.
    pub enum Exit {
        Kept = "kept", "gardé", "kept";
        Returned = "returned", "rendu", "returned";
        Swapped = "swapped", "échangé", "swapped";
        Lost = "lost", "perdu", "lost";
        Recycled = "recycled", "recyclé", "recycled";
    }

    /// How far the network did not reach, lowest rung first.
    pub enum OutageCause {
        Link = "link", "liaison", "link";
        Gateway = "gateway", "box", "gateway";
        Dns = "dns", "DNS", "DNS";
        Internet = "internet", "Internet", "internet";
        Controller = "controller", "contrôleur", "controller";
    }

    pub enum SilenceCause {
        Off = "off", "éteint", "off";
        Internet = "internet", "pas d’Internet", "no internet";
        Fault = "fault", "en panne", "fault";
        GivenUp = "given_up", "abandonné", "given up";
        Unknown = "unknown", "inconnue", "unknown";
    }

    /// What a ticket is about, in words of the Open Repair world.
    pub enum Category {
        Hardware = "hardware", "matériel", "hardware";
        Disk = "disk", "disque", "disk";
        Os = "os", "système", "operating system";
        Network = "network", "réseau", "network";
        Peripheral = "peripheral", "périphérique", "peripheral";
        Account = "account", "compte", "account";
        HowTo = "how_to", "prise en main", "how-to";
        Malware = "malware", "logiciel malveillant", "malware";
        Other = "other", "autre", "other";
    }

    pub enum Priority {
        Urgent = "urgent", "urgent", "urgent";
        Normal = "normal", "normal", "normal";
        Low = "low", "faible", "low";
    }

    /// Who opened a ticket.
    pub enum Origin {
        Rule = "rule", "règle", "rule";
        Household = "household", "foyer", "household";
        Technician = "technician", "technicien", "technician";
    }

    /// Open Repair Data Standard: repair status.
    pub enum RepairOutcome {
        Fixed = "Fixed", "réparé", "fixed";
        Repairable = "Repairable", "réparable", "repairable";
        EndOfLife = "End of life", "fin de vie", "end of life";
        Unknown = "Unknown", "inconnu", "unknown";
    }

    /// Open Repair Data Standard: what stood in the way of a repair.
    pub enum Barrier {
        NoParts = "Spare parts not available", "pièces introuvables", "spare parts not available";
        DearParts = "Spare parts too expensive", "pièces trop chères", "spare parts too expensive";
        Closed = "No way to open the product", "impossible à ouvrir", "no way to open the product";
        NoInformation = "Repair information not available", "documentation introuvable", "repair information not available";
        NoEquipment = "Lack of equipment", "outillage manquant", "lack of equipment";
        WornOut = "Item too worn out", "trop usé", "item too worn out";
    }

    /// What the bench found behind a warning about a disk, or behind its absence.
    pub enum DiskVerdict {
        True = "true", "fondé", "true";
        False = "false", "infondé", "false";
        Missed = "missed", "manqué", "missed";
    }
}
