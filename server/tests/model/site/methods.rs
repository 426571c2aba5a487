//! Active methods: what a set-up leaves, names, the default, and deletion.

use domain::ports::{KeyPurpose, PendingKey};
use serde_json::{Value, json};

use super::{ModelSite, person_of};
use crate::{
    actions::{Nth, Seat},
    journal::{Factor, Method},
};

impl ModelSite {
    /// The identifier of a method, or one that no method has.
    pub(super) fn method(&self, seat: Seat, nth: Nth) -> String {
        let method = self.journal.method(person_of(seat), nth);
        method.unwrap_or_else(|| "0".repeat(32))
    }

    /// Notes the method that a confirmed set-up left. Its identifier is known from the database
    /// only.
    pub(super) fn learn(
        &mut self,
        seat: Seat,
        pending: &PendingKey,
        factor: Factor,
        sheet: &Value,
    ) {
        let person = person_of(seat);
        let tables = self.tables();
        let rows = tables.methods_of(self.witness.people[person].as_str());
        let new: Vec<_> = rows
            .filter(|row| !self.journal.has(person, &row.id))
            .collect();
        assert_eq!(new.len(), 1, "one set-up is one method");
        let id = new[0].id.clone();
        let is_default = match &pending.purpose {
            KeyPurpose::First => true,
            KeyPurpose::Further => pending.is_default,
            KeyPurpose::Reset(old) => {
                self.journal.forget(person, old.as_str());
                self.journal.defaults[person].as_deref() == Some(old.as_str())
            }
        };
        let is_further = pending.purpose == KeyPurpose::Further;
        assert_eq!(sheet.is_null(), is_further, "which set-up brings codes");
        if !is_further {
            self.note_sheet(seat, sheet);
        }
        if is_default {
            self.journal.defaults[person] = Some(id.clone());
        }
        self.journal.methods[person].push(Method { id, factor });
    }

    pub(super) fn make_default(&mut self, seat: Seat, nth: Nth) -> Option<usize> {
        let method = self.method(seat, nth);
        let request = json!({ "method": method });
        if self.call(seat, "mfa/make_default", request).is_success() {
            self.journal.defaults[person_of(seat)] = Some(method);
        }
        None
    }

    pub(super) fn rename(&mut self, seat: Seat, nth: Nth, name: &str) -> Option<usize> {
        let method = self.method(seat, nth);
        let request = json!({ "method": method, "name": name });
        if self.call(seat, "mfa/rename", request).is_success() {
            assert!(self.journal.has(person_of(seat), &method));
            let tables = self.tables();
            let row = tables.methods.iter().find(|row| row.id == method);
            assert_eq!(row.unwrap().name, name);
        }
        None
    }

    pub(super) fn delete(&mut self, seat: Seat, nth: Nth) -> Option<usize> {
        let (person, method) = (person_of(seat), self.method(seat, nth));
        let before = self.tables();
        let answer = self.call(seat, "mfa/delete", json!({ "method": method }));
        if !answer.is_success() {
            return None;
        }
        self.journal.forget(person, &method);
        if self.journal.defaults[person].as_deref() == Some(&method) {
            let rows = before.methods_of(self.witness.people[person].as_str());
            let newest = rows
                .filter(|row| row.id != method)
                .max_by_key(|row| (row.added_at, &row.id));
            let name = newest.map(|row| &row.name);
            assert_eq!(answer.json()["new_default"], json!(name));
            self.journal.defaults[person] = newest.map(|row| row.id.clone());
        } else {
            assert_eq!(answer.json()["new_default"], Value::Null);
        }
        let is_last = self.journal.methods[person].is_empty();
        // With the last method go its counters.
        is_last.then_some(person)
    }

    /// Forgets all methods of a user; their counters are deleted with them.
    pub(super) fn forget_all(&mut self, person: usize, is_gone: bool) -> Option<usize> {
        if !is_gone {
            return None;
        }
        let gone = std::mem::take(&mut self.journal.methods[person]);
        self.journal.gone[person].extend(gone);
        self.journal.defaults[person] = None;
        Some(person)
    }
}
