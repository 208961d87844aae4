import Glibc
import Testing

@testable import SQLiteLedger

/// A bounded share of the histories; `scripts/power-cuts` plays as many as you like.
@Suite("Power cuts") struct PowerCutTests {
  private static func number(_ name: String) -> UInt64? {
    getenv(name).flatMap { UInt64(String(cString: $0)) }
  }

  @Test("Whenever the power goes, what was acknowledged is there, once, and the rest wholly or not at all")
  func histories() async {
    let first = Self.number("LEDGERCTL_POWER_SEED") ?? UInt64.random(in: 1...1_000_000_000)
    let count = Self.number("LEDGERCTL_POWER_COUNT") ?? 200
    print("Power cuts: \(count) histories from seed \(first) on")
    let disk = PowerDisk()
    var (cuts, told, failures) = (0, 0, 0)
    for seed in first..<(first + count) where failures < 20 {
      var history = PowerHistory(seed: seed, on: disk)
      await history.play()
      cuts += history.cuts
      told += history.cutsThatTold
      failures += history.findings.count
      for finding in history.findings { Issue.record("\(finding)") }
    }
    print("Power cuts: \(cuts) cuts, \(told) with something unsynced, \(disk.operations) operations")
    #expect(told > cuts / 4, "Most cuts came when nothing was at stake.")
  }

  @Test(
    "A sync that is left out is found",
    arguments: [PowerDisk.Files.log, .database, .journal, .folder])
  func leftOut(_ files: PowerDisk.Files) async {
    let disk = PowerDisk()
    disk.lie(about: files)
    for seed: UInt64 in 1...300 {
      var history = PowerHistory(seed: seed, on: disk)
      await history.play()
      if !history.findings.isEmpty { return }
    }
    Issue.record("300 histories without that sync went well.")
  }
}
