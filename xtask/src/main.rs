//! `cargo xtask`: every step that a developer or a machine needs to build, run and test Twinlock.
//!
//! Each step first looks for its tools, and installs missing ones once (see [`tools`]). No step
//! reads standard input, so that each command also works without a terminal.

mod bill_of_materials;
mod build;
mod checks;
mod ci;
mod frontend;
mod gallery;
mod pictures;
mod process;
mod run;
mod size;
mod steps;
mod stopwatch;
mod summary;
mod test;
mod tools;
mod workspace;

use std::process::ExitCode;

use checks::{advisories, attack, bench, doors, faults, lighthouse, postgres, tree_proof};
use clap::{Parser, Subcommand};

/// Build, run and test Twinlock.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build quickly what has changed and start the server, with the pages inside it
    Run(run::RunArguments),
    /// Build target/release/twinlock: one file, with the compressed pages inside
    Build(build::BuildArguments),
    /// Run every test: rules, storage, server, pages, build tool, browser
    Test(test::TestCommand),
    /// Check formatting, lints, dependencies, styles and types, then run every test
    Ci(ci::CiArguments),
    /// Kill the program, fill its disk, take its database away, and compare what stays with what
    /// was acknowledged
    Faults(faults::FaultsArguments),
    /// Show every widget in every state, at /gallery in a build for development
    Gallery(gallery::GalleryArguments),
    /// Print what a browser downloads and fail if that exceeds the budget
    Size(size::SizeArguments),
    /// Throw mutated input at every decoder that meets the outside, a minute each
    Fuzz(attack::FuzzArguments),
    /// Load the main pages with Lighthouse as a phone does, and fail below the targets
    Lighthouse(lighthouse::LighthouseArguments),
    /// Load the shipped binary and print rates, latencies and costs
    Bench(bench::BenchArguments),
    /// Take the README's pictures again, into docs/pictures
    Pictures,
    /// Build the shipped pages in dist, without the server around them
    #[command(hide = true)]
    Pages,
    /// Write what `trunk serve` inserts into the index page: joined style sheets, bundled scripts
    #[command(hide = true)]
    InlineFiles,
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Build(arguments) => build::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::Ci(arguments) => ci::run(&arguments),
        Command::Faults(arguments) => faults::run(&arguments),
        Command::Gallery(arguments) => gallery::run(&arguments),
        Command::Size(arguments) => size::run(&arguments),
        Command::Fuzz(arguments) => attack::fuzz_some(&arguments),
        Command::Lighthouse(arguments) => lighthouse::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Pictures => pictures::run(),
        Command::Pages => build::pages(),
        Command::InlineFiles => frontend::write_inline_files(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}
