//! What is measured, and in which order.

use std::time::Duration;

use anyhow::Result;

use crate::load::{Call, Figures, Wrk};
use crate::place::{self, Engine, Person, Place, Programs};
use crate::program::{Memory, Program};
use crate::say;

/// Rows of the list.
const WAREHOUSES: u32 = 10_000;
const WARM_UP: Duration = Duration::from_secs(1);

/// How much.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) rounds: u32,
    pub(crate) time: Duration,
    pub(crate) starts: u32,
}

/// All figures of one engine.
pub(crate) struct Report {
    pub(crate) engine: Engine,
    pub(crate) stoa_starts: Starts,
    pub(crate) minimal_starts: Starts,
    pub(crate) pairs: Vec<Pairs>,
    pub(crate) logins: Logins,
}

/// Starts of one program on a database that is there.
pub(crate) struct Starts {
    pub(crate) times: Vec<Duration>,
    pub(crate) memory: Vec<Memory>,
}

/// One load on one program.
pub(crate) struct Sample {
    pub(crate) figures: Figures,
    pub(crate) processor: Duration,
}

/// Stoa and the minimal program in turn at the same work.
pub(crate) struct Pairs {
    pub(crate) name: &'static str,
    pub(crate) engine: Engine,
    pub(crate) samples: Vec<(Sample, Sample)>,
    pub(crate) memory: (Memory, Memory),
}

/// Signing in, alone and beside lists.
pub(crate) struct Logins {
    pub(crate) alone: Figures,
    pub(crate) list: Figures,
    pub(crate) storm: Figures,
    pub(crate) list_in_storm: Figures,
    pub(crate) memory: Memory,
}

/// A database with two people in it: one whose warehouses are listed, one who creates some.
struct Scene<'b> {
    place: Place,
    programs: &'b Programs,
    wrk: &'b Wrk,
    plan: Plan,
    reader: Person,
    writer: Person,
}

/// Measures one engine; nothing if it is not there.
pub(crate) fn engine(engine: Engine, programs: &Programs, wrk: &Wrk, plan: Plan) -> Result<Option<Report>> {
    let Some(place) = Place::make(engine)? else { return Ok(None) };
    say(&format!("{engine}: a database with {WAREHOUSES} warehouses"));
    place.migrate(programs)?;
    let stoa = place.start_stoa(programs)?;
    let (reader, writer) = (place::register(&stoa, "reader")?, place::register(&stoa, "writer")?);
    place::fill(&stoa, &place::sign_in(&stoa, &reader)?, WAREHOUSES)?;
    stoa.stop()?;
    place.settle()?;

    let scene = Scene { place, programs, wrk, plan, reader, writer };
    let (stoa_starts, minimal_starts) = scene.starts()?;
    let logins = scene.logins()?;
    // Creating comes last: until then the tables are as small as the plan says.
    let pairs = vec![
        scene.pairs("me", &scene.reader, "/api/v1/auth/me", None)?,
        scene.pairs("list", &scene.reader, "/api/v1/warehouses?page_size=20", None)?,
        scene.pairs("create", &scene.writer, "/api/v1/warehouses", Some(place::warehouse("%CODE%").to_string()))?,
    ];
    Ok(Some(Report { engine, stoa_starts, minimal_starts, pairs, logins }))
}

impl Scene<'_> {
    fn starts(&self) -> Result<(Starts, Starts)> {
        let starts = |start: &dyn Fn() -> Result<Program>| -> Result<Starts> {
            let mut starts = Starts { times: Vec::new(), memory: Vec::new() };
            for _ in 0..self.plan.starts {
                let program = start()?;
                starts.times.push(program.started_in);
                starts.memory.push(program.memory()?);
                program.stop()?;
            }
            Ok(starts)
        };
        say(&format!("{}: {} starts", self.place.engine, self.plan.starts));
        Ok((
            starts(&|| self.place.start_stoa(self.programs))?,
            starts(&|| self.place.start_minimal(self.programs, &self.reader))?,
        ))
    }

    /// Both programs run all the while; the load goes to one and then to the other, and who is
    /// first changes from round to round.
    fn pairs(&self, name: &'static str, person: &Person, path: &'static str, body: Option<String>) -> Result<Pairs> {
        let engine = self.place.engine;
        let stoa = self.place.start_stoa(self.programs)?;
        let minimal = self.place.start_minimal(self.programs, person)?;
        let call = Call { path, token: Some(place::sign_in(&stoa, person)?), body };
        self.wrk.run(&stoa.url(""), &call, WARM_UP)?;
        self.wrk.run(&minimal.url(""), &call, WARM_UP)?;
        let mut samples = Vec::new();
        for round in 0..self.plan.rounds {
            let pair = if round % 2 == 0 {
                let stoa = self.sample(&stoa, &call)?;
                (stoa, self.sample(&minimal, &call)?)
            } else {
                let minimal = self.sample(&minimal, &call)?;
                (self.sample(&stoa, &call)?, minimal)
            };
            let (of_stoa, of_minimal) = (pair.0.figures.per_second, pair.1.figures.per_second);
            say(&format!("{engine}: {name}: {of_stoa:.0} and {of_minimal:.0}, {:.2}", of_stoa / of_minimal));
            samples.push(pair);
        }
        let memory = (stoa.memory()?, minimal.memory()?);
        stoa.stop()?;
        minimal.stop()?;
        self.place.settle()?;
        Ok(Pairs { name, engine, samples, memory })
    }

    fn sample(&self, program: &Program, call: &Call) -> Result<Sample> {
        let before = program.processor_time()?;
        let figures = self.wrk.run(&program.url(""), call, self.plan.time)?;
        Ok(Sample { figures, processor: program.processor_time()?.saturating_sub(before) })
    }

    fn logins(&self) -> Result<Logins> {
        say(&format!("{}: signing in", self.place.engine));
        let stoa = self.place.start_stoa(self.programs)?;
        let body = Some(place::credentials(&self.reader).to_string());
        let login = Call { path: "/api/v1/auth/login", token: None, body };
        let token = Some(place::sign_in(&stoa, &self.reader)?);
        let listing = Call { path: "/api/v1/warehouses?page_size=20", token, body: None };
        let (origin, time) = (stoa.url(""), self.plan.time);

        let alone = self.wrk.run(&origin, &login, time)?;
        let memory = stoa.memory()?;
        let list = self.wrk.run(&origin, &listing, time)?;
        let storm = self.wrk.start(&origin, &login, time + WARM_UP)?;
        let list_in_storm = self.wrk.run(&origin, &listing, time)?;
        let storm = storm.finish()?;
        stoa.stop()?;
        Ok(Logins { alone, list, storm, list_in_storm, memory })
    }
}
