//! The measured figures and their report.

pub mod figures;
pub mod report;
