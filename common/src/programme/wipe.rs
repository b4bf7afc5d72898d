//! The proof that what was on a PC is gone.

use jiff::civil::Date;

use super::sheet::{BadField, Form, Noun, Sheet};
use super::vocabulary::{WipeMethod, WipeResult};
use crate::noun;

noun! {
    /// A wipe of a PC, all its disks together: method, tool, day, by whom, and what came of
    /// it. The report of the tool is attached by its hash: whoever has the file shows that it is
    /// the one, and this register does not hold serial numbers twice.
    pub struct Wipe = 14 "wipe" "wipes", "Effacements de PC", "Wipes", prefix "X", alone false,
    via ["pc"] {
        /// Numbered by the controller when it is left out.
        code: String = Form::Code, "Numéro", "Number", needed;
        pc: String = Form::Names("pc"), "PC", "PC", needed;
        on: Option<Date> = Form::Day, "Le", "On", needed;
        method: Option<WipeMethod> = Form::Word(WipeMethod::words), "Méthode", "Method", needed;
        /// With its version, such as `nwipe 0.38`.
        tool: Option<String> = Form::Text(80), "Outil", "Tool";
        /// Who did it: an account or initials, of whoever works here.
        by: String = Form::Text(60), "Par", "By", needed;
        result: Option<WipeResult> = Form::Word(WipeResult::words), "Résultat", "Result", needed;
        disks: Option<u8> = Form::Number(0, 32), "Disques", "Disks";
        /// Name of the report of the tool, a PDF or a log.
        file: Option<String> = Form::Text(120), "Fichier", "File";
        /// SHA-256 of that file, in hexadecimal.
        file_sha256: Option<String> = Form::Text(64), "SHA-256 du fichier", "SHA-256 of the file";
    }
}

impl Wipe {
    /// Whether it proves that nothing is left.
    pub fn proves(&self) -> bool {
        self.result == Some(WipeResult::Done)
    }
}

impl Noun for Wipe {
    const SHEET: &'static Sheet = &Wipe::TABLE;

    fn judge(&self, _: Option<&Self>) -> Vec<BadField> {
        let mut bad = Vec::new();
        let by_hand = matches!(
            self.method,
            Some(WipeMethod::Destruction | WipeMethod::NoDisk)
        );
        if self.tool.is_none() && !by_hand {
            bad.push(BadField::new(
                "tool",
                "manque : le programme et sa version, par exemple nwipe 0.38",
                "is missing: the program and its version, such as nwipe 0.38",
            ));
        }
        if let Some(hash) = &self.file_sha256
            && (hash.len() != 64 || !hash.bytes().all(|b| b.is_ascii_hexdigit()))
        {
            bad.push(BadField::new(
                "file_sha256",
                "n’est pas une empreinte SHA-256 : 64 chiffres hexadécimaux (`sha256sum FICHIER`)",
                "is no SHA-256: 64 hexadecimal digits (`sha256sum FILE`)",
            ));
        }
        if self.file.is_some() != self.file_sha256.is_some() {
            bad.push(BadField::new(
                "file_sha256",
                "va avec le nom du fichier : donner les deux, ou aucun",
                "goes with the name of the file: give both or neither",
            ));
        }
        bad
    }
}
