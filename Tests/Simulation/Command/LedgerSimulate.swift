import SimulatedWorld

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Plays histories for as long as you like, and tells of those in which a property does not hold.
@main
struct LedgerSimulate {
  var seed: UInt64 = 1
  var count: UInt64?
  var minutes: Double?
  var mutant: Mutant?
  /// Adds the injected faults on which this bug does harm, without the bug.
  var occasions: Mutant?
  var showsTrace = false

  static func main() {
    var command = LedgerSimulate()
    command.read(CommandLine.arguments.dropFirst())
    command.run()
  }

  private mutating func read(_ arguments: ArraySlice<String>) {
    var rest = arguments
    while let word = rest.popFirst() {
      switch word {
      case "--seed": seed = rest.popFirst().flatMap { UInt64($0) } ?? Self.refuse(word)
      case "--count": count = rest.popFirst().flatMap { UInt64($0) } ?? Self.refuse(word)
      case "--minutes": minutes = rest.popFirst().flatMap { Double($0) } ?? Self.refuse(word)
      case "--mutant": mutant = rest.popFirst().flatMap { Mutant(rawValue: $0) } ?? Self.refuse(word)
      case "--occasions": occasions = rest.popFirst().flatMap { Mutant(rawValue: $0) } ?? Self.refuse(word)
      case "--trace": showsTrace = true
      default: _ = Self.refuse(word) as Int
      }
    }
    if count == nil, minutes == nil { count = 1 }
  }

  private static func refuse<Value>(_ word: String) -> Value {
    print(
      "usage: ledger-simulate [--seed N] [--count N | --minutes N] [--mutant NAME] [--occasions NAME] [--trace]; not understood: \(word)"
    )
    exit(64)
  }

  private func run() {
    let started = ContinuousClock.now
    var tally = Tally()
    var next = seed
    while true {
      if let count, next >= seed + count { break }
      if let minutes, (ContinuousClock.now - started) > .seconds(minutes * 60) { break }
      var history = History(seed: next, mutant: mutant)
      if let occasions {
        history.plan.misfortunes += occasions.occasions
        history.script = occasions.script
      }
      let outcome = history.play(keepingTrace: showsTrace)
      tally.add(outcome)
      if showsTrace { print(outcome.trace.joined(separator: "\n")) }
      if let violation = outcome.violations.first {
        print("seed \(next): \(violation)")
        fflush(nil)
        if count == 1 { print(Report.of(history, violation.property)) }
      }
      next += 1
    }
    print("seeds \(seed) to \(max(next, 1) - 1): \(tally.summary(in: ContinuousClock.now - started))")
    print("struck: \(tally.misfortunes)")
    exit(tally.broken == 0 ? 0 : 1)
  }
}
