//! Two instances, the users in their database, and nginx before them.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Result;

use super::{InstanceCount, nginx::Nginx, share::CpuShare};
use crate::{
    machine::nginx::free_address,
    machine::{cpu::Cpu, postgres::Postgres},
    seed::people::SeededSite,
    sites::{
        Guest, MeasuredSite, SignInStage,
        twinlock::{ServerSetting, Twinlock, TwinlockClient},
    },
};

/// One of the instances.
pub struct Instance {
    /// The running program; `None` while it is down.
    twinlock: Option<Twinlock>,
    /// The address, which stays the same after a restart.
    pub address: SocketAddr,
    share: CpuShare,
    log: PathBuf,
}

/// The whole site. nginx is dropped first.
pub struct BalancedSite {
    /// The balancer.
    pub nginx: Nginx,
    /// The instances behind the balancer.
    pub instances: [Instance; 2],
    postgres: Postgres,
    seeded: SeededSite,
    answered_by: InstanceCount,
}

impl Instance {
    async fn start(setting: &ServerSetting, folder: &Path, name: &str) -> Result<Self> {
        let mut instance = Self {
            twinlock: None,
            address: free_address(),
            share: CpuShare::new(name)?,
            log: folder.join(name),
        };
        instance.up(setting).await?;
        Ok(instance)
    }

    /// Starts the instance, always at the same address.
    pub async fn up(&mut self, setting: &ServerSetting) -> Result<()> {
        let twinlock = setting.start_at(self.address, &self.log).await?;
        self.share.hold(twinlock.process.id())?;
        self.twinlock = Some(twinlock);
        Ok(())
    }

    /// Kills the instance (SIGKILL).
    pub fn kill(&mut self) {
        self.twinlock = None;
    }

    fn cpu(&self) -> Duration {
        let twinlock = self.twinlock.as_ref();
        twinlock.map_or(Duration::ZERO, |twinlock| twinlock.process.cpu())
    }
}

impl BalancedSite {
    /// Starts two instances and nginx before them.
    pub async fn start(
        setting: &ServerSetting,
        nginx: &Path,
        folder: &Path,
        seeded: SeededSite,
        postgres: Postgres,
    ) -> Result<Self> {
        let instances = [
            Instance::start(setting, folder, "first").await?,
            Instance::start(setting, folder, "second").await?,
        ];
        let addresses = [instances[0].address, instances[1].address];
        Ok(Self {
            nginx: Nginx::start(nginx, folder, addresses).await?,
            instances,
            postgres,
            seeded,
            answered_by: InstanceCount::Two,
        })
    }

    /// Limits each instance to a percentage of one core, or removes the limits.
    pub fn share(&self, percent: Option<u32>) -> Result<()> {
        self.instances
            .iter()
            .try_for_each(|instance| instance.share.set(percent))
    }

    /// Selects the address of nginx that browsers use.
    pub const fn answer_by(&mut self, instances: InstanceCount) {
        self.answered_by = instances;
    }
}

impl MeasuredSite for BalancedSite {
    type Client = TwinlockClient;

    fn cpu(&self) -> Cpu {
        Cpu {
            database: self.postgres.cpu(),
            balancer: self.nginx.cpu(),
            ..Cpu::with(self.instances.iter().map(Instance::cpu).sum())
        }
    }

    fn memory(&self) -> f64 {
        let running = self
            .instances
            .iter()
            .filter_map(|one| one.twinlock.as_ref());
        running.map(|twinlock| twinlock.process.memory()).sum()
    }

    fn browser(&self) -> TwinlockClient {
        TwinlockClient::new(match self.answered_by {
            InstanceCount::One => self.nginx.one,
            InstanceCount::Two => self.nginx.both,
        })
    }

    async fn guests(&mut self, stage: SignInStage) -> Result<Vec<Guest>> {
        self.seeded.guests(stage).await
    }
}
