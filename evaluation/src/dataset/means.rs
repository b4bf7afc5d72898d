//! Rows about the programme itself: aims, sites, partners, money, hours.

use jiff::civil::Date;

use super::column::{Key, MicroDegrees};
use super::table::table;
use crate::vocabulary::{CostItem, GovernanceAct, PartnerKind, StaffKind};

table! {
    pub struct Programme in "programme" key ["programme"] {
        programme: String, "Code of the programme";
        name: String, "Name of the programme";
        carrier: String, "Who carries it";
        starts: Date, "First local day";
        ends: Date, "First local day after it";
        target_applications: u32, "Applications to be collected";
        target_homes: u32, "Homes to be equipped";
        households_approached: Option<u32>, "Households told about the programme; empty if nobody counted";
        tariff_cents: Option<u32>, "What a household pays a month";
        demonstration: bool, "Whether its data are made up";
    }
    about "The programme, in one row";

    pub struct Site in "sites" key ["site"] {
        site: String, "Code of the site";
        name: String, "Name of the workshop";
        quarter: Option<String>, "Quarter";
        pivot: Option<String>, "SIRET or RNA of who runs it";
        commune: Option<String>, "Commune";
        postal_code: Option<String>, "Postal code";
        insee_code: Option<String>, "INSEE code of the commune";
        address: Option<String>, "Street address of the workshop, a public place";
        latitude: Option<MicroDegrees>, "Degrees north";
        longitude: Option<MicroDegrees>, "Degrees east";
        opening_hours: Option<String>, "Opening hours as OpenStreetMap writes them";
        phone: Option<String>, "Telephone of the workshop, international form";
        website: Option<String>, "Web page of the workshop";
        seats: u32, "Networked seats";
        surface_m2: Option<u32>, "Surface of the premises";
        updated_on: Date, "When this row was last checked";
    }
    about "Workshops at the foot of the building";

    pub struct Partner in "partners" key ["name"] {
        name: String, "Name of the partner, an organisation";
        kind: PartnerKind, "What it is";
        letter: bool, "Whether it signed a letter";
        role: Option<String>, "What it does";
    }
    about "Partners";

    pub struct Funder in "funders" key ["funder"] {
        funder: String, "Code of the funder";
        name: String, "Name of the funder, an organisation";
        cap_cents: i64, "What it gives at most";
        paid_cents: i64, "What it has paid";
    }
    about "Funders with their cap";

    pub struct StaffHours in "staff_hours" key [] {
        month: Date, "First day of the month";
        kind: StaffKind, "What they were spent on";
        worked_minutes: u32, "Time worked";
    }
    about "Time that people gave to the programme";

    pub struct Cost in "costs" key [] {
        day: Date, "Day of the cost";
        item: CostItem, "What it was for";
        funder: Option<String>, "Who bears it, if that is known";
        amount_cents: i64, "Amount, taxes included";
    }
    about "Costs";

    pub struct Statement in "statements" key ["criterion", "language"] {
        criterion: u8, "Criterion of the call, 1 to 7";
        language: String, "fr or en";
        text: String, "What the programme says about itself under this criterion";
    }
    about "The programme's own words, for the report";

    pub struct CarbonFactor in "carbon_factors" key ["kind"] {
        kind: crate::vocabulary::DeviceKind, "Kind of device";
        factor: String, "Identifier of the factor";
        version: String, "Version of the factor";
        central_g: i64, "CO2 equivalent avoided by a device kept in use, central value";
        low_g: i64, "Low end of its range";
        high_g: i64, "High end of its range";
    }
    about "Factors for CO2 equivalent avoided";

    pub struct Governance in "governance" key [] {
        day: Date, "Local day";
        act: GovernanceAct, "What was done";
        acts: u32, "How often";
        delay_days: Option<u32>, "Days until it was answered, of rights requests";
    }
    about "Acts counted for the governance annex";

    pub struct Lot in "lots" key ["lot"] {
        lot: Key, "Pseudonym of the lot";
        received_on: Date, "Day of intake";
        announced: Option<u32>, "Devices announced by whoever gave them";
        accepted: u32, "Devices accepted";
        rejected: u32, "Devices rejected";
    }
    about "Lots of donated devices at intake";
}
