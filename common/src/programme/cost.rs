//! What something cost, and who paid for it.

use jiff::civil::Date;

use super::sheet::{BadField, Form, Noun, Sheet};
use super::vocabulary::CostItem;
use crate::noun;

noun! {
    /// One expense of a programme.
    pub struct Cost = 11 "cost" "costs", "Dépenses", "Costs", prefix "E", alone false, via [] {
        /// Numbered by the controller when it is left out.
        code: String = Form::Code, "Numéro", "Number", needed;
        item: Option<CostItem> = Form::Word(CostItem::words), "Poste", "Item", needed;
        /// In euro cents.
        amount_cents: Option<i64> = Form::Number(-100_000_000, 1_000_000_000), "Montant en centimes", "Amount in cents", needed;
        paid_on: Option<Date> = Form::Day, "Payée le", "Paid on", needed;
        /// One of the funders of the programme.
        funder: Option<String> = Form::Text(120), "Financeur", "Funder";
        label: Option<String> = Form::Text(200), "Libellé", "Label";
        /// Given rather than bought, at its value.
        in_kind: bool = Form::Flag, "En nature", "In kind";
    }
}

impl Noun for Cost {
    const SHEET: &'static Sheet = &Cost::TABLE;

    fn judge(&self, _: Option<&Self>) -> Vec<BadField> {
        Vec::new()
    }
}
