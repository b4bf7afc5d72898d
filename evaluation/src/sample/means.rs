//! The programme itself, its sites, partners and money.

use jiff::civil::Date;

use super::{Maker, period};
use crate::calendar::{days_after, months_after};
use crate::dataset::{
    CarbonFactor, Cost, Funder, Governance, MicroDegrees, Partner, Programme, Site, StaffHours,
    Statement,
};
use crate::vocabulary::{CostItem, DeviceKind, GovernanceAct, PartnerKind, StaffKind};

pub(super) fn make(maker: &mut Maker) {
    let homes = maker.shape.homes;
    maker.data.programme.push(Programme {
        programme: "clic".into(),
        name: "Clic et Déclic (démonstration)".into(),
        carrier: "Association porteuse (démonstration)".into(),
        starts: period().from,
        ends: period().to,
        target_applications: homes,
        target_homes: homes,
        households_approached: Some(homes * 7),
        tariff_cents: Some(500),
        demonstration: true,
    });
    for (number, site) in maker.sites().into_iter().enumerate() {
        maker.data.sites.push(place(number, site));
    }
    partners(maker);
    money(maker);
    statements(maker);
    governance(maker);
}

fn place(number: usize, site: String) -> Site {
    Site {
        name: format!("Atelier {site}"),
        site,
        quarter: Some("Bordeaux Maritime".into()),
        pivot: Some("00000000000000".into()),
        commune: Some("Bordeaux".into()),
        postal_code: Some("33300".into()),
        insee_code: Some("33063".into()),
        address: Some(format!("{} place de la Démonstration", number + 1)),
        latitude: Some(MicroDegrees(44_870_000 + number as i32 * 1000)),
        longitude: Some(MicroDegrees(-571_000)),
        opening_hours: Some("Tu-Sa 09:00-12:00,14:00-18:00".into()),
        phone: None,
        website: None,
        seats: 10,
        surface_m2: Some(62),
        updated_on: period().to,
    }
}

fn partners(maker: &mut Maker) {
    for (name, kind, letter, role) in [
        (
            "Bailleur social du quartier",
            PartnerKind::Landlord,
            true,
            "local au pied de l’immeuble",
        ),
        (
            "Second bailleur social",
            PartnerKind::Landlord,
            true,
            "information des locataires",
        ),
        (
            "Ville",
            PartnerKind::City,
            true,
            "100 ordinateurs, coordination",
        ),
        (
            "Centre social",
            PartnerKind::Association,
            true,
            "mobilisation des habitants",
        ),
        (
            "École du quartier",
            PartnerKind::School,
            false,
            "ateliers avec les parents",
        ),
        (
            "Entreprise d’insertion",
            PartnerKind::Company,
            true,
            "reconditionnement",
        ),
    ] {
        let (name, role) = (name.to_owned(), Some(role.to_owned()));
        maker.data.partners.push(Partner {
            name,
            kind,
            letter,
            role,
        });
    }
    for (kind, central) in [
        (DeviceKind::Desktop, 169_000),
        (DeviceKind::Laptop, 156_000),
    ] {
        maker.data.carbon_factors.push(CarbonFactor {
            kind,
            factor: "demonstration".into(),
            version: "1".into(),
            central_g: central,
            low_g: central * 6 / 10,
            high_g: central * 14 / 10,
        });
    }
}

fn money(maker: &mut Maker) {
    let scale = i64::from(maker.shape.homes);
    for (funder, name, cap, paid) in [
        ("city", "Ville", 80_000, 600),
        ("landlords", "Bailleurs", 15_000, 150),
        ("region", "Région", 20_000, 90),
    ] {
        maker.data.funders.push(Funder {
            funder: funder.into(),
            name: name.into(),
            cap_cents: cap * scale,
            paid_cents: paid * 100 * scale,
        });
    }
    for month in 0..14 {
        let day: Date = months_after(period().from, month);
        for (kind, hours) in [
            (StaffKind::Coordination, 35),
            (StaffKind::Technical, 60),
            (StaffKind::Training, 70),
            (StaffKind::Volunteer, 25),
        ] {
            let hours = hours + maker.dice.between(0, 10);
            let worked_minutes = hours * 60 * maker.shape.homes / 100;
            maker.data.staff_hours.push(StaffHours {
                month: day,
                kind,
                worked_minutes,
            });
        }
        for (item, cents, funder) in [
            (CostItem::Staff, 3_000, "city"),
            (CostItem::Premises, 400, "landlords"),
            (CostItem::Training, 900, "city"),
            (CostItem::Connection, 800, "region"),
            (CostItem::Parts, 120, "city"),
        ] {
            let amount = i64::from(maker.dice.between(cents * 9 / 10, cents * 11 / 10));
            let (day, funder) = (days_after(day, 14), Some(funder.to_owned()));
            let amount_cents = amount * scale;
            maker.data.costs.push(Cost {
                day,
                item,
                funder,
                amount_cents,
            });
        }
    }
    for (item, amount) in [
        (CostItem::Refurbishing, 4_500),
        (CostItem::Communication, 900),
    ] {
        let (day, funder) = (days_after(period().from, 3), Some("city".to_owned()));
        maker.data.costs.push(Cost {
            day,
            item,
            funder,
            amount_cents: amount * scale,
        });
    }
}

fn statements(maker: &mut Maker) {
    for (criterion, fr, en) in [
        (
            3,
            "Les habitants ont choisi les horaires et les thèmes de l’atelier lors de trois réunions au pied de l’immeuble.",
            "Residents chose the hours and themes of the workshop in three meetings at the foot of the building.",
        ),
        (
            6,
            "Les partenaires ont prolongé leur engagement d’un an ; les lignes restent au nom des foyers.",
            "The partners extended their commitment by a year; lines stay in the households’ names.",
        ),
        (
            7,
            "Les ordinateurs disent eux-mêmes s’ils marchent, sans dire ce que l’on en fait.",
            "The computers say themselves whether they work, and not what is done with them.",
        ),
    ] {
        for (language, text) in [("fr", fr), ("en", en)] {
            let (language, text) = (language.to_owned(), text.to_owned());
            maker.data.statements.push(Statement {
                criterion,
                language,
                text,
            });
        }
    }
}

fn governance(maker: &mut Maker) {
    for (act, number) in [
        (GovernanceAct::CommandSent, 46),
        (GovernanceAct::CommandAcknowledged, 39),
        (GovernanceAct::RightsRequest, 3),
        (GovernanceAct::Purge, 12),
        (GovernanceAct::ContactShown, 60),
    ] {
        for _ in 0..number {
            let day = days_after(period().from, maker.dice.between(20, 400) as i32);
            let asked = act == GovernanceAct::RightsRequest;
            let delay_days = asked.then(|| maker.dice.between(2, 20));
            maker.data.governance.push(Governance {
                day,
                act,
                acts: 1,
                delay_days,
            });
        }
    }
}
