import SimulatedWorld
import Testing

extension Simulation {
  @Suite("Deliberate bugs that the simulator must find", .serialized)
  struct MutantTests {
    @Test("A deliberate bug breaks a property within a few hundred histories", arguments: Mutant.allCases)
    func caught(mutant: Mutant) async {
      let (tally, broken) = await Hall.play(from: 1, count: 600, within: .seconds(300), mutant: mutant)
      guard let (history, violation) = broken else {
        Issue.record("\(mutant.rawValue) was not noticed in \(tally.histories) histories.")
        return
      }
      print("\(mutant.rawValue): seed \(history.seed), \(violation)")
      let sound = await onThread {
        var sound = history
        sound.mutant = nil
        return sound.play()
      }
      #expect(sound.violations.isEmpty, "seed \(history.seed) breaks without the bug too")
    }
  }
}
