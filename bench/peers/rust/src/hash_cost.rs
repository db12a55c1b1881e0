//! The median CPU time of a hash, as JSON.

use std::error::Error;
use std::mem::zeroed;

fn cpu_ms() -> f64 {
    unsafe {
        let mut now: libc::timespec = zeroed();
        libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut now);
        now.tv_sec as f64 * 1e3 + now.tv_nsec as f64 / 1e6
    }
}

pub fn print(rounds: usize) -> Result<(), Box<dyn Error>> {
    let mut seen = Vec::new();
    for _ in 0..rounds.max(1) {
        let began = cpu_ms();
        crate::passwords::hash("correct horse battery staple").ok_or("no memory for a hash")?;
        seen.push(cpu_ms() - began);
    }
    seen.sort_by(f64::total_cmp);
    println!("{{\"engine\":\"libsodium\",\"cpu_ms\":{:.3}}}", seen[seen.len() / 2]);
    Ok(())
}
