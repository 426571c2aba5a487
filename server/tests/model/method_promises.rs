//! Promises about the methods of each user, against the database and the server's answers.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{journal::Method, site::ModelSite};

impl ModelSite {
    /// The database has the methods that the journal has, within the limits; one of them is the
    /// default; codes exist as long as any method does; no credential is two methods.
    pub fn methods_are_as_they_should_be(&mut self) {
        let tables = self.tables();
        let credentials: BTreeSet<_> = tables.credentials.iter().collect();
        assert_eq!(credentials.len(), tables.credentials.len());
        let keys = tables.methods.iter();
        let keys = keys.filter(|row| row.kind != "application").count();
        assert_eq!(credentials.len(), keys, "each key has its credential");
        assert!(tables.challenges.iter().all(|count| *count <= 5));
        for (person, user) in self.witness.people.iter().enumerate() {
            let methods = &self.journal.methods[person];
            let rows: Vec<_> = tables.methods_of(user.as_str()).collect();
            assert_eq!(
                rows.iter().map(|row| &row.id).collect::<BTreeSet<_>>(),
                methods.iter().map(|method| &method.id).collect(),
                "the methods of user {person}"
            );
            let defaults = rows.iter().filter(|row| row.is_default);
            let defaults: Vec<_> = defaults.map(|row| &row.id).collect();
            assert_eq!(defaults.len(), usize::from(!rows.is_empty()), "one default");
            assert_eq!(
                defaults.first().copied(),
                self.journal.defaults[person].as_ref()
            );
            let apps = rows.iter().filter(|row| row.kind == "application").count();
            assert!(apps <= 3 && rows.len() - apps <= 10, "too many methods");
            let sets = tables.code_sets.iter();
            let sets: Vec<_> = sets.filter(|(of, _)| of == user.as_str()).collect();
            let valid = sets.iter().filter(|(_, is_valid)| *is_valid).count();
            assert_eq!(valid, usize::from(!rows.is_empty()), "valid backup codes");
            assert!(
                !rows.is_empty() || sets.is_empty(),
                "codes without a method"
            );
        }
    }

    /// My profile shows all methods, the default first.
    pub fn profile_shows_the_methods(&self, person: usize, shown: &Value) {
        let shown = shown.as_array().unwrap();
        let ids: BTreeSet<_> = shown.iter().map(|method| method["id"].as_str()).collect();
        let methods = self.journal.methods[person].iter();
        let expected = methods.map(|method: &Method| Some(method.id.as_str()));
        assert_eq!(ids, expected.collect(), "the methods that are shown");
        for (place, method) in shown.iter().enumerate() {
            assert_eq!(method["is_default"], place == 0, "the default is the first");
        }
        let first = shown.first().and_then(|method| method["id"].as_str());
        assert_eq!(first, self.journal.defaults[person].as_deref());
    }
}
